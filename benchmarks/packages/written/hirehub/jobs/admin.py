from django.contrib import admin

from .models import Application, ContactMessage, Job


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):
    list_display = ("title", "company", "status", "deadline")
    list_filter = ("status", "job_type")
    actions = ["approve"]

    @admin.action(description="Approve selected jobs")
    def approve(self, request, queryset):
        queryset.update(status=Job.APPROVED)


admin.site.register(Application)
admin.site.register(ContactMessage)
