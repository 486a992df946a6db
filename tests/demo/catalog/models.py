"""Categories, suppliers, materials and the history of their prices."""

from django.db import models
from django.urls import reverse


class Category(models.Model):
    """A cost group such as concrete works."""

    code = models.CharField(max_length=10, unique=True)
    name = models.CharField(max_length=80)

    class Meta:
        ordering = ("code",)
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Supplier(models.Model):
    """A firm that sells materials."""

    name = models.CharField(max_length=120, unique=True)
    email = models.EmailField(blank=True)
    rating = models.PositiveSmallIntegerField(default=3)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Material(models.Model):
    """Something that is bought by the unit."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="materials")
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="materials")
    unit = models.CharField(max_length=10, default="m2")
    price = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def get_absolute_url(self) -> str:
        """Return the material's page."""
        return reverse("catalog:material", args=[self.pk])


class PriceRecord(models.Model):
    """One price quoted on one day; `material_code` repeats the code from the supplier's file, unindexed."""

    material = models.ForeignKey(Material, on_delete=models.CASCADE, related_name="prices", db_index=False)
    material_code = models.CharField(max_length=20)
    price = models.DecimalField(max_digits=12, decimal_places=2)
    recorded_on = models.DateField()

    class Meta:
        indexes = (models.Index(fields=("material", "-recorded_on"), name="price_by_material"),)

    def __str__(self) -> str:
        return f"{self.material_code} {self.recorded_on}"
