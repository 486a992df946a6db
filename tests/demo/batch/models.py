"""Batch jobs and the pages that were uploaded for them."""

import uuid

from django.conf import settings
from django.db import models


class BatchJob(models.Model):
    """An export that a client assembles in several requests."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        DONE = "done", "Done"
        CANCELLED = "cancelled", "Cancelled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="batch_jobs")
    title = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    pages_expected = models.PositiveIntegerField(default=1)
    result = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("-created_at",)
        indexes = (models.Index(fields=("owner", "-created_at"), name="job_by_owner"),)

    def __str__(self) -> str:
        return self.title


class BatchPage(models.Model):
    """One uploaded page of a batch job."""

    job = models.ForeignKey(BatchJob, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField()
    rows = models.JSONField(default=list)

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("job", "number"), name="one_page_number"),)

    def __str__(self) -> str:
        return f"page {self.number}"
