"""Users in the admin; tables that nobody edits by hand are taken out of it."""

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.contrib.sites.models import Site

from tests.demo.accounts.models import User

admin.site.unregister([EmailAddress, Group, Site])
admin.site.register(User, UserAdmin)
