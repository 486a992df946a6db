import django_filters

from .models import LeaveRequest


class LeaveFilter(django_filters.FilterSet):
    start = django_filters.DateFromToRangeFilter()

    class Meta:
        model = LeaveRequest
        fields = ['status', 'leave_type', 'start']
