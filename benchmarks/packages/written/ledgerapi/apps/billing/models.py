from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models


class Organization(models.Model):
    name = models.CharField(max_length=100)
    subdomain = models.SlugField(unique=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name='organizations')
    currency = models.CharField(max_length=3, default='EUR')


class Client(models.Model):
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name='clients')
    name = models.CharField(max_length=100)
    email = models.EmailField()
    vat_number = models.CharField(max_length=14, blank=True,
                                  validators=[RegexValidator(r'^[A-Z]{2}[0-9A-Z]{8,12}$', 'Invalid VAT number')])
    country = models.CharField(max_length=2, default='DE')

    class Meta:
        unique_together = ('organization', 'email')


class Invoice(models.Model):
    DRAFT, SENT, PAID, VOID = 'draft', 'sent', 'paid', 'void'
    STATUSES = [(s, s.title()) for s in (DRAFT, SENT, PAID, VOID)]
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name='invoices')
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name='invoices')
    number = models.CharField(max_length=20)
    issue_date = models.DateField()
    due_date = models.DateField()
    status = models.CharField(max_length=5, choices=STATUSES, default=DRAFT)

    class Meta:
        unique_together = ('organization', 'number')

    @property
    def total(self):
        return sum((i.quantity * i.unit_price for i in self.items.all()), Decimal(0))


class InvoiceItem(models.Model):
    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name='items')
    description = models.CharField(max_length=200)
    quantity = models.DecimalField(max_digits=8, decimal_places=2, validators=[MinValueValidator(Decimal('0.01'))])
    unit_price = models.DecimalField(max_digits=10, decimal_places=2)


class Payment(models.Model):
    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name='payments')
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    paid_on = models.DateField()
    method = models.CharField(max_length=10, choices=[('bank', 'Bank'), ('card', 'Card'), ('cash', 'Cash')])
