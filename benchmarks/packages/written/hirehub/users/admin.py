from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from .models import ApplicantProfile, Company, User

admin.site.register(User, UserAdmin)
admin.site.register(Company)
admin.site.register(ApplicantProfile)
