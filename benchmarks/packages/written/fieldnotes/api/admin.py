from django.contrib import admin

from .models import Account, ApiToken, Device, Observation, Project, WebhookEvent

admin.site.register([Account, ApiToken, Device, Observation, Project, WebhookEvent])
