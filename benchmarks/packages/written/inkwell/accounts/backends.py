import jwt
from django.conf import settings
from rest_framework import authentication, exceptions

from .models import User


class JWTAuthentication(authentication.BaseAuthentication):
    authentication_header_prefix = 'Token'

    def authenticate_header(self, request):
        return self.authentication_header_prefix

    def authenticate(self, request):
        auth_header = authentication.get_authorization_header(request).split()
        if len(auth_header) != 2:
            return None
        prefix, token = (part.decode('utf-8') for part in auth_header)
        if prefix.lower() != self.authentication_header_prefix.lower():
            return None
        try:
            payload = jwt.decode(token, settings.SECRET_KEY, algorithms=['HS256'])
        except jwt.PyJWTError:
            raise exceptions.AuthenticationFailed('Invalid authentication. Could not decode token.')
        try:
            user = User.objects.get(pk=payload['id'])
        except User.DoesNotExist:
            raise exceptions.AuthenticationFailed('No user matching this token was found.')
        if not user.is_active:
            raise exceptions.AuthenticationFailed('This user has been deactivated.')
        return user, token
