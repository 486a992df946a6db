from django.utils import timezone
from ninja.security import HttpBearer

from .models import ApiToken


class TokenAuth(HttpBearer):
    def authenticate(self, request, token):
        found = (ApiToken.objects.select_related("account")
                 .filter(digest=ApiToken.hash(token), revoked=False, expires_at__gt=timezone.now()).first())
        if found is None or not found.account.is_active:
            return None
        request.api_token = found
        request.account = found.account
        return found.account
