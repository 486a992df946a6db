from django.db import transaction
from rest_framework import serializers

from .models import Client, Invoice, InvoiceItem, Organization, Payment


class OrganizationSerializer(serializers.ModelSerializer):
    class Meta:
        model = Organization
        fields = ['id', 'name', 'subdomain', 'currency']

    def validate_currency(self, value):
        if value not in ('EUR', 'USD', 'GBP', 'CHF'):
            raise serializers.ValidationError('Unsupported currency')
        return value


class ClientSerializer(serializers.ModelSerializer):
    class Meta:
        model = Client
        fields = ['id', 'name', 'email', 'vat_number', 'country']

    def validate_email(self, value):
        qs = Client.objects.filter(organization=self.context['view'].organization, email=value)
        if self.instance:
            qs = qs.exclude(pk=self.instance.pk)
        if qs.exists():
            raise serializers.ValidationError('A client with this email exists already')
        return value


class InvoiceItemSerializer(serializers.ModelSerializer):
    class Meta:
        model = InvoiceItem
        fields = ['id', 'description', 'quantity', 'unit_price']


class InvoiceSerializer(serializers.ModelSerializer):
    items = InvoiceItemSerializer(many=True)
    total = serializers.DecimalField(max_digits=12, decimal_places=2, read_only=True)

    class Meta:
        model = Invoice
        fields = ['id', 'client', 'number', 'issue_date', 'due_date', 'status', 'items', 'total']
        read_only_fields = ['status']

    def validate_client(self, client):
        if client.organization != self.context['view'].organization:
            raise serializers.ValidationError('Unknown client')
        return client

    def validate_number(self, value):
        qs = Invoice.objects.filter(organization=self.context['view'].organization, number=value)
        if self.instance:
            qs = qs.exclude(pk=self.instance.pk)
        if qs.exists():
            raise serializers.ValidationError('Number is taken')
        return value

    def validate_items(self, items):
        if not items:
            raise serializers.ValidationError('At least one item is required')
        return items

    def validate(self, attrs):
        issue = attrs.get('issue_date', getattr(self.instance, 'issue_date', None))
        due = attrs.get('due_date', getattr(self.instance, 'due_date', None))
        if due < issue:
            raise serializers.ValidationError({'due_date': 'Due date is before issue date'})
        if self.instance and self.instance.status != Invoice.DRAFT:
            raise serializers.ValidationError('Only drafts can be edited')
        return attrs

    @transaction.atomic
    def create(self, validated_data):
        items = validated_data.pop('items')
        invoice = Invoice.objects.create(**validated_data)
        InvoiceItem.objects.bulk_create(InvoiceItem(invoice=invoice, **i) for i in items)
        return invoice

    @transaction.atomic
    def update(self, instance, validated_data):
        items = validated_data.pop('items', None)
        instance = super().update(instance, validated_data)
        if items is not None:
            instance.items.all().delete()
            InvoiceItem.objects.bulk_create(InvoiceItem(invoice=instance, **i) for i in items)
        return instance


class PaymentSerializer(serializers.ModelSerializer):
    class Meta:
        model = Payment
        fields = ['id', 'invoice', 'amount', 'paid_on', 'method']

    def validate_invoice(self, invoice):
        if invoice.organization != self.context['view'].organization:
            raise serializers.ValidationError('Unknown invoice')
        if invoice.status not in (Invoice.SENT, Invoice.PAID):
            raise serializers.ValidationError('Invoice has not been sent')
        return invoice

    def validate_amount(self, value):
        if value <= 0:
            raise serializers.ValidationError('Amount must be positive')
        return value
