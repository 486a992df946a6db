"""Keys of which only a hash is kept, told once when they are made, and keys that stand in a column."""

import hashlib
import secrets
from typing import Any

from django.db import models

ENDPOINTS = ("orders", "invoices")
PERMISSION_CHOICES = (("read", "Read"), ("write", "Write"))
SCOPES = ["catalog"]


class ApiKey(models.Model):
    """A key that only its hash tells."""

    name = models.CharField(max_length=20)
    kind = models.CharField(max_length=10, choices=[("site", "Site"), ("team", "Team")])
    digest = models.CharField(max_length=64, editable=False)

    objects: Any = models.Manager()

    class Meta:
        app_label = "keys"

    def __str__(self) -> str:
        return self.name

    @classmethod
    def create_key(cls, name: str, *, kind: str) -> tuple[Any, str]:
        """Return a new row and its key."""
        secret = secrets.token_hex(16)
        return cls.objects.create(name=name, kind=kind, digest=digest_of(secret)), secret


class PartnerToken(models.Model):
    """A key that anybody may read who can read the table."""

    token = models.CharField(max_length=40)
    is_active = models.BooleanField(default=True)

    objects: Any = models.Manager()

    class Meta:
        app_label = "keys"

    def __str__(self) -> str:
        return self.token


class Ticket(models.Model):
    """A key that opens what stands beside it."""

    token = models.CharField(max_length=40)
    endpoints = models.JSONField(default=dict)
    scopes = models.JSONField(default=list)
    access_level = models.PositiveSmallIntegerField(choices=[(1, "View"), (4, "Delete"), (2, "Add")], default=1)
    role = models.CharField(max_length=10, choices=[("reader", "Reader"), ("editor", "Read & write")], default="reader")
    may_export = models.BooleanField(default=False)
    partners = models.ManyToManyField(PartnerToken)

    objects: Any = models.Manager()

    class Meta:
        app_label = "keys"

    def __str__(self) -> str:
        return self.token


class Pass(models.Model):
    """A key that is good for the requests of one partner."""

    token = models.CharField(max_length=40)
    partner = models.ForeignKey(PartnerToken, models.CASCADE, null=True, blank=True)
    kind = models.CharField(max_length=10, choices=[("in", "In"), ("out", "Out")], default="in")

    objects: Any = models.Manager()

    class Meta:
        app_label = "keys"

    def __str__(self) -> str:
        return self.token


class Access(models.Model):
    """Something whose name is none of keys; only the row that was just made knows its key."""

    prefix = models.CharField(max_length=8, blank=True, editable=False)
    hashed_key = models.CharField(max_length=64, blank=True, editable=False)

    objects: Any = models.Manager()

    class Meta:
        app_label = "keys"

    def __str__(self) -> str:
        return self.prefix

    def set_key(self) -> str:
        """Return another key, whose hash the row has then."""
        secret = secrets.token_hex(16)
        self.prefix, self.hashed_key = secret[:8], digest_of(secret)
        return secret


class Kept(models.Model):
    """A key whose hash is kept, and that only a function beside the model could make."""

    key_prefix = models.CharField(max_length=12)
    key_hash = models.CharField(max_length=64)

    objects: Any = models.Manager()

    class Meta:
        app_label = "keys"

    def __str__(self) -> str:
        return self.key_prefix


class Minted(models.Model):
    """A key that saving makes, and that the instance alone tells."""

    token_digest = models.CharField(max_length=64, blank=True, editable=False)

    objects: Any = models.Manager()

    class Meta:
        app_label = "keys"

    def __str__(self) -> str:
        return self.token_digest

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Make the key."""
        self._raw_token_key = secrets.token_hex(16)
        self.token_digest = digest_of(self._raw_token_key)
        super().save(*args, **kwargs)


class Hashed(models.Model):
    """A key that the table has as a hash, in the column where the object has it as it is."""

    key = models.CharField(max_length=80)
    scope = models.CharField(max_length=200, blank=True)

    objects: Any = models.Manager()

    class Meta:
        app_label = "keys"

    def __str__(self) -> str:
        return self.key

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep no more than a hash."""
        raw = self.key
        self.key = f"sha256${digest_of(raw)}"
        super().save(*args, **kwargs)
        self.key = raw


class Member(models.Model):
    """Somebody who logs in, and is none of Django's users."""

    email = models.CharField(max_length=60)
    pw_plain = models.CharField(max_length=20, db_column="password")
    password_set = models.DateField(null=True, blank=True)
    rank = models.IntegerField(default=1, choices=[(1, "Guest"), (2, "Board")])

    objects: Any = models.Manager()

    class Meta:
        app_label = "keys"

    def __str__(self) -> str:
        return self.email


def digest_of(secret: str) -> str:
    """Return what is kept of a key."""
    return hashlib.sha256(secret.encode()).hexdigest()


def send_weekly_digest(recipient: str) -> str:
    """Send news, which has to do with no key."""
    raise AssertionError(recipient)
