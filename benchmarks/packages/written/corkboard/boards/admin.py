from django.contrib import admin

from .models import Activity, Board, Card, Invitation, Label, List

admin.site.register([Activity, Board, Card, Invitation, Label, List])
