import csv

import django_filters
from django.http import HttpResponse
from fpdf import FPDF
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from .models import Client, Invoice, Organization, Payment
from .serializers import ClientSerializer, InvoiceSerializer, OrganizationSerializer, PaymentSerializer
from .tenancy import TenantMixin


class OrganizationViewSet(mixins.ListModelMixin, mixins.CreateModelMixin, viewsets.GenericViewSet):
    serializer_class = OrganizationSerializer

    def get_queryset(self):
        return Organization.objects.filter(members=self.request.user).order_by('id')

    def perform_create(self, serializer):
        serializer.save().members.add(self.request.user)


class ClientViewSet(TenantMixin, viewsets.ModelViewSet):
    queryset = Client.objects.all()
    serializer_class = ClientSerializer
    filterset_fields = ['country']
    search_fields = ['name', 'email']

    def get_queryset(self):
        return super().get_queryset().filter(organization=self.organization).order_by('id')

    def perform_create(self, serializer):
        serializer.save(organization=self.organization)

    def destroy(self, request, *args, **kwargs):
        client = self.get_object()
        if client.invoices.exists():
            return Response({'detail': 'Client has invoices'}, status=status.HTTP_409_CONFLICT)
        client.delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


class InvoiceFilter(django_filters.FilterSet):
    issued_after = django_filters.DateFilter(field_name='issue_date', lookup_expr='gte')
    issued_before = django_filters.DateFilter(field_name='issue_date', lookup_expr='lte')

    class Meta:
        model = Invoice
        fields = ['status', 'client']


class InvoiceViewSet(TenantMixin, viewsets.ModelViewSet):
    queryset = Invoice.objects.prefetch_related('items')
    serializer_class = InvoiceSerializer
    filterset_class = InvoiceFilter
    ordering_fields = ['issue_date', 'number']

    def get_queryset(self):
        return super().get_queryset().filter(organization=self.organization).order_by('-issue_date', 'id')

    def perform_create(self, serializer):
        serializer.save(organization=self.organization)

    @action(detail=True, methods=['post'])
    def send(self, request, pk=None):
        invoice = self.get_object()
        if invoice.status != Invoice.DRAFT:
            return Response({'detail': 'Only drafts can be sent'}, status=status.HTTP_400_BAD_REQUEST)
        invoice.status = Invoice.SENT
        invoice.save(update_fields=['status'])
        return Response(self.get_serializer(invoice).data)

    @action(detail=True, methods=['post'])
    def void(self, request, pk=None):
        invoice = self.get_object()
        if invoice.status == Invoice.PAID:
            return Response({'detail': 'Paid invoices can not be voided'}, status=status.HTTP_400_BAD_REQUEST)
        invoice.status = Invoice.VOID
        invoice.save(update_fields=['status'])
        return Response(self.get_serializer(invoice).data)

    @action(detail=True, methods=['get'])
    def pdf(self, request, pk=None):
        invoice = self.get_object()
        pdf = FPDF()
        pdf.add_page()
        pdf.set_font('Helvetica', size=12)
        pdf.cell(0, 10, f'Invoice {invoice.number}', new_x='LMARGIN', new_y='NEXT')
        for item in invoice.items.all():
            pdf.cell(0, 8, f'{item.description[:40]}: {item.quantity} x {item.unit_price}', new_x='LMARGIN', new_y='NEXT')
        return HttpResponse(bytes(pdf.output()), content_type='application/pdf')

    @action(detail=False, methods=['get'])
    def export(self, request):
        response = HttpResponse(content_type='text/csv')
        response['Content-Disposition'] = 'attachment; filename=invoices.csv'
        writer = csv.writer(response)
        writer.writerow(['number', 'client', 'date', 'total', 'status'])
        for i in self.filter_queryset(self.get_queryset()):
            writer.writerow([i.number, i.client.name, i.issue_date, i.total, i.status])
        return response


class PaymentViewSet(TenantMixin, mixins.ListModelMixin, mixins.CreateModelMixin, mixins.RetrieveModelMixin,
                     viewsets.GenericViewSet):
    queryset = Payment.objects.all()
    serializer_class = PaymentSerializer
    filterset_fields = ['invoice', 'method']

    def get_queryset(self):
        return super().get_queryset().filter(invoice__organization=self.organization).order_by('id')

    def perform_create(self, serializer):
        payment = serializer.save()
        invoice = payment.invoice
        if sum(p.amount for p in invoice.payments.all()) >= invoice.total:
            invoice.status = Invoice.PAID
            invoice.save(update_fields=['status'])
