"""Budget templates and their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from tests.demo.accounts.models import User


class TemplateQuerySet(models.QuerySet["BudgetTemplate"]):
    """Queries that know who may use a template."""

    def visible_to(self, user: User) -> TemplateQuerySet:
        """Return public templates and the user's own; staff see all."""
        if user.is_staff:
            return self
        return self.filter(models.Q(is_public=True) | models.Q(owner=user))


class BudgetTemplate(models.Model):
    """A reusable list of budget rows."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="templates")
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=200, blank=True)
    is_public = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    objects = TemplateQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class TemplateRow(models.Model):
    """One row that an import copies into a budget."""

    template = models.ForeignKey(BudgetTemplate, on_delete=models.CASCADE, related_name="rows")
    category = models.ForeignKey("catalog.Category", on_delete=models.PROTECT, related_name="template_rows")
    description = models.CharField(max_length=200)
    quantity = models.DecimalField(max_digits=10, decimal_places=2, default=1)
    unit_price = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.description
