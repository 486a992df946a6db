"""A third level below the user's projects, a slug, and a manager that refuses."""

from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey
from django.db import models


class Note(models.Model):
    """A note about a budget item: three steps from its owner."""

    item = models.ForeignKey("budgets.BudgetItem", on_delete=models.CASCADE, related_name="+")
    slug = models.SlugField()

    class Meta:
        app_label = "extra"

    def __str__(self) -> str:
        return self.slug


class TenantManager(models.Manager["Tenant"]):
    """Refuses to answer outside of a request."""

    def get_queryset(self) -> models.QuerySet["Tenant"]:
        """Raise."""
        raise RuntimeError("no tenant is active")


class Tenant(models.Model):
    """A model that can be read only within a request."""

    name = models.CharField(max_length=10)

    objects: Any = TenantManager()

    class Meta:
        app_label = "extra"

    def __str__(self) -> str:
        return self.name


class Option(models.Model):
    """A setting of the site by its name."""

    key = models.CharField(max_length=50, unique=True)
    value = models.CharField(max_length=50, blank=True)

    objects: Any = models.Manager()

    class Meta:
        app_label = "extra"

    def __str__(self) -> str:
        return self.key

    @classmethod
    def is_on(cls, key: str) -> bool:
        """Whether it is switched on."""
        return bool(cls.objects.filter(key=key, value__in=("1", "yes")).exists())


class Paper(models.Model):
    """Belongs to a row of any model."""

    kind = models.ForeignKey("contenttypes.ContentType", on_delete=models.DO_NOTHING, related_name="+")
    object_id = models.PositiveIntegerField()
    name = models.SlugField()
    of = GenericForeignKey("kind", "object_id")

    objects: Any = models.Manager()

    class Meta:
        app_label = "extra"

    def __str__(self) -> str:
        return self.name


class Front(models.Model):
    """The one row with what the site shows."""

    shop_open = models.BooleanField(default=False)
    is_new = models.BooleanField(default=False)

    objects: Any = models.Manager()

    class Meta:
        app_label = "extra"

    def __str__(self) -> str:
        return str(self.pk)
