"""Projects, who may see them, and what happened in them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.urls import reverse

if TYPE_CHECKING:
    from tests.demo.accounts.models import User


class ProjectQuerySet(models.QuerySet["Project"]):
    """Queries that know who may see a project."""

    def visible_to(self, user: User) -> ProjectQuerySet:
        """Return the projects that the user owns or is a member of; staff see all."""
        if user.is_staff:
            return self
        memberships = Membership.objects.filter(user=user).values("project")
        return self.filter(models.Q(owner=user) | models.Q(pk__in=memberships))


class Project(models.Model):
    """A building site with a budget; `version` rises with each saved budget."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        ACTIVE = "active", "Active"
        CLOSED = "closed", "Closed"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="projects")
    name = models.CharField(max_length=120)
    client = models.CharField(max_length=120, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    area_m2 = models.DecimalField(max_digits=10, decimal_places=1, null=True, blank=True)
    planned = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    spent = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    expense_count = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    is_archived = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        indexes = (models.Index(fields=("owner", "-created_at"), name="project_by_owner"),)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the project's page."""
        return reverse("projects:detail", args=[self.pk])

    def cost_per_area(self) -> Decimal:
        """Return the planned cost of one square metre; a project without an area is an error."""
        return self.planned / self.area_m2  # type: ignore[operator]  # the planted flaw divides by None


class Membership(models.Model):
    """Lets a user see somebody else's project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("project", "user"), name="one_membership"),)

    def __str__(self) -> str:
        return f"{self.user_id} in {self.project_id}"


class Activity(models.Model):
    """Something that somebody did in a project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="activities")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="activities")
    verb = models.CharField(max_length=40)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name_plural = "activities"

    def __str__(self) -> str:
        return self.verb
