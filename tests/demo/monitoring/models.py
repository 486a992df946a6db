"""Measurements that browsers report."""

from django.conf import settings
from django.db import models


class ClientMetric(models.Model):
    """One figure sent by the beacon."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="metrics"
    )
    name = models.CharField(max_length=40)
    value = models.FloatField()
    page = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.name}={self.value}"
