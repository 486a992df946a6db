import secrets

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import models
from django.utils import timezone


def share_token():
    return secrets.token_urlsafe(12)


class Folder(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    name = models.CharField(max_length=100)
    parent = models.ForeignKey('self', null=True, blank=True, on_delete=models.CASCADE, related_name='children')
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        unique_together = ('owner', 'parent', 'name')


class StoredFile(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name='files')
    folder = models.ForeignKey(Folder, null=True, blank=True, on_delete=models.CASCADE, related_name='files')
    file = models.FileField(upload_to='uploads/%Y/%m')
    name = models.CharField(max_length=255)
    size = models.BigIntegerField(default=0)
    is_trashed = models.BooleanField(default=False)
    starred = models.BooleanField(default=False)
    uploaded_at = models.DateTimeField(auto_now_add=True)


class ShareLink(models.Model):
    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name='links')
    token = models.CharField(max_length=32, unique=True, default=share_token)
    password = models.CharField(max_length=128, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    max_downloads = models.PositiveIntegerField(null=True, blank=True)
    downloads = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    def is_valid(self):
        if self.expires_at and self.expires_at < timezone.now():
            return False
        if self.max_downloads and self.downloads >= self.max_downloads:
            return False
        return not self.file.is_trashed

    def set_password(self, raw):
        self.password = make_password(raw)

    def check_password(self, raw):
        return check_password(raw, self.password)


class Activity(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    text = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)
