from rest_framework.exceptions import NotFound, ValidationError

from .models import Organization


class TenantMixin:
    """Resolves the organization from the X-Organization header."""

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        subdomain = request.headers.get('X-Organization')
        if not subdomain:
            raise ValidationError({'detail': 'X-Organization header is required'})
        try:
            self.organization = request.user.organizations.get(subdomain=subdomain)
        except Organization.DoesNotExist:
            raise NotFound('Organization not found')


