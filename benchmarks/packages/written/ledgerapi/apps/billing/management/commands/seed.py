import datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand
from apps.billing.models import Client, Invoice, InvoiceItem, Organization, Payment


class Command(BaseCommand):
    def handle(self, *args, **options):
        User.objects.create_superuser('admin', 'admin@ledger.test', 'admin')
        for n, (name, user) in enumerate([('Acme', 'paul'), ('Globex', 'quinn')]):
            u = User.objects.create_user(user, user + '@ledger.test', 'pass12345')
            org = Organization.objects.create(name=name, subdomain=name.lower())
            org.members.add(u)
            for i in range(3):
                c = Client.objects.create(organization=org, name='Client %d' % i, email='c%d@%s.test' % (i, org.subdomain))
                for status in ('draft', 'sent'):
                    inv = Invoice.objects.create(
                        organization=org, client=c, number='%d-%s' % (i, status), status=status,
                        issue_date=datetime.date(2024, 1, 1 + i), due_date=datetime.date(2024, 2, 1 + i))
                    InvoiceItem.objects.create(invoice=inv, description='Work', quantity=Decimal('2'),
                                               unit_price=Decimal('100'))
            Payment.objects.create(invoice=inv, amount=Decimal('50'), paid_on=datetime.date(2024, 1, 20), method='bank')
