"""The demo's user, who signs in by e-mail and has a role."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A user; `username` is the e-mail address for those whom the seed makes."""

    class Role(models.TextChoices):
        OWNER = "owner", "Owner"
        VIEWER = "viewer", "Viewer"
        STAFF = "staff", "Staff"

    role = models.CharField(max_length=10, choices=Role.choices, default=Role.OWNER)
    phone = models.CharField(max_length=40, blank=True)
    rows_per_page = models.PositiveSmallIntegerField(default=50)

    def __str__(self) -> str:
        return self.email or self.username
