from django.conf import settings
from django.db import models


class EmailConfirmation(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    key = models.CharField(max_length=64, unique=True)
    confirmed = models.BooleanField(default=False)
