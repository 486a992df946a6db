"""Budget items, funds and number sequences."""

from decimal import Decimal

from django.conf import settings
from django.db import models


class BudgetItem(models.Model):
    """One row of a project's budget."""

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="items")
    category = models.ForeignKey("catalog.Category", on_delete=models.PROTECT, related_name="items")
    supplier = models.ForeignKey(
        "catalog.Supplier", on_delete=models.SET_NULL, null=True, blank=True, related_name="items"
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="items"
    )
    code = models.CharField(max_length=20)
    description = models.CharField(max_length=200)
    quantity = models.DecimalField(max_digits=10, decimal_places=2, default=1)
    unit = models.CharField(max_length=10, default="m2")
    unit_price = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    position = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("position", "pk")
        constraints = (models.UniqueConstraint(fields=("project", "code"), name="one_code_per_project"),)

    def __str__(self) -> str:
        return f"{self.code} {self.description}"

    @property
    def amount(self) -> Decimal:
        """The cost of the row."""
        return self.quantity * self.unit_price


class Fund(models.Model):
    """Money set aside for all projects together."""

    name = models.CharField(max_length=40, unique=True)
    balance = models.DecimalField(max_digits=14, decimal_places=2, default=0)

    def __str__(self) -> str:
        return self.name


class NumberSequence(models.Model):
    """The last number given to a kind of document."""

    name = models.CharField(max_length=40, unique=True)
    value = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.value}"
