from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse


class LeaveType(models.Model):
    name = models.CharField(max_length=40, unique=True)
    max_days = models.PositiveSmallIntegerField(default=10, validators=[MinValueValidator(1)])
    paid = models.BooleanField(default=True)

    def __str__(self):
        return self.name


class Holiday(models.Model):
    name = models.CharField(max_length=60)
    day = models.DateField(unique=True)


class LeaveRequest(models.Model):
    class Status(models.TextChoices):
        PENDING = 'P', 'Pending'
        APPROVED = 'A', 'Approved'
        REJECTED = 'R', 'Rejected'
        CANCELLED = 'C', 'Cancelled'

    employee = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name='leaves')
    leave_type = models.ForeignKey(LeaveType, on_delete=models.PROTECT)
    start = models.DateField()
    end = models.DateField()
    reason = models.TextField()
    status = models.CharField(max_length=1, choices=Status.choices, default=Status.PENDING)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL,
                                   related_name='+')
    note = models.CharField(max_length=200, blank=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ['-created']

    @property
    def days(self):
        return (self.end - self.start).days + 1

    def clean(self):
        if self.start and self.end:
            if self.end < self.start:
                raise ValidationError({'end': 'End must not be before start'})
            if self.leave_type_id and self.days > self.leave_type.max_days:
                raise ValidationError(f'At most {self.leave_type.max_days} days of this type')

    def get_absolute_url(self):
        return reverse('leaves:detail', args=[self.pk])
