from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from .models import Course, CustomUser, Session, Staff, Student, Subject


class UserModel(UserAdmin):
    ordering = ('email',)


admin.site.register(CustomUser, UserModel)
admin.site.register(Staff)
admin.site.register(Student)
admin.site.register(Course)
admin.site.register(Subject)
admin.site.register(Session)
