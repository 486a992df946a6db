from functools import wraps

from django.contrib import messages
from django.contrib.auth.mixins import AccessMixin
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect


def applicant_required(view):
    @wraps(view)
    def wrapper(request, *args, **kwargs):
        if not request.user.is_authenticated:
            return redirect(f"/login/?next={request.path}")
        if not request.user.is_applicant:
            messages.error(request, "This page is for applicants.")
            return redirect("jobs:home")
        return view(request, *args, **kwargs)
    return wrapper


class EmployerRequiredMixin(AccessMixin):
    def dispatch(self, request, *args, **kwargs):
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        if not request.user.is_employer:
            raise PermissionDenied("Employers only")
        return super().dispatch(request, *args, **kwargs)
