import hashlib
import secrets
import uuid
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone


class UUIDModel(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class Account(AbstractUser):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    plan = models.CharField(max_length=10, choices=[("free", "Free"), ("pro", "Pro")], default="free")


class AliveManager(models.Manager):
    def get_queryset(self):
        return super().get_queryset().filter(deleted_at__isnull=True)


class SoftDelete(models.Model):
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = AliveManager()
    all_objects = models.Manager()

    class Meta:
        abstract = True

    def soft_delete(self):
        self.deleted_at = timezone.now()
        self.save(update_fields=["deleted_at"])


class Device(UUIDModel):
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="devices")
    platform = models.CharField(max_length=10, choices=[("ios", "iOS"), ("android", "Android")])
    name = models.CharField(max_length=60)
    push_token = models.CharField(max_length=200, unique=True)
    last_seen = models.DateTimeField(default=timezone.now)


class ApiToken(UUIDModel):
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    revoked = models.BooleanField(default=False)

    @staticmethod
    def hash(raw):
        return hashlib.sha256(raw.encode()).hexdigest()

    @classmethod
    def issue(cls, account):
        raw = secrets.token_hex(24)
        token = cls.objects.create(account=account, digest=cls.hash(raw),
                                   expires_at=timezone.now() + timedelta(days=settings.TOKEN_LIFETIME_DAYS))
        return raw, token


class Project(UUIDModel, SoftDelete):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="projects")
    name = models.CharField(max_length=80)
    description = models.TextField(blank=True)

    class Meta:
        ordering = ["-created_at"]


class Observation(UUIDModel, SoftDelete):
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="observations")
    species = models.CharField(max_length=100)
    count = models.PositiveIntegerField(default=1)
    latitude = models.FloatField()
    longitude = models.FloatField()
    observed_at = models.DateTimeField()
    note = models.TextField(blank=True)
    photo = models.ImageField(upload_to="photos/", blank=True)

    class Meta:
        ordering = ["-observed_at", "id"]


class WebhookEvent(UUIDModel):
    event_id = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=40)
    payload = models.JSONField()
