import secrets

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.shortcuts import get_object_or_404
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from rest_framework import status
from rest_framework.authtoken.models import Token
from rest_framework.generics import GenericAPIView, RetrieveUpdateAPIView
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from .models import EmailConfirmation
from .serializers import (
    LoginSerializer, PasswordChangeSerializer, PasswordResetConfirmSerializer, PasswordResetSerializer,
    RegistrationSerializer, UserDetailsSerializer,
)

User = get_user_model()


class LoginView(GenericAPIView):
    permission_classes = (AllowAny,)
    serializer_class = LoginSerializer

    def post(self, request, *args, **kwargs):
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        token, _ = Token.objects.get_or_create(user=serializer.validated_data['user'])
        return Response({'key': token.key})


class LogoutView(APIView):
    def post(self, request):
        Token.objects.filter(user=request.user).delete()
        return Response({'detail': 'Successfully logged out.'})


class RegistrationView(GenericAPIView):
    permission_classes = (AllowAny,)
    serializer_class = RegistrationSerializer

    def post(self, request):
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        user = User.objects.create_user(data['username'], data['email'], data['password1'], is_active=False)
        confirmation = EmailConfirmation.objects.create(user=user, key=secrets.token_urlsafe(32))
        send_mail('Confirm', f'{settings.FRONTEND_URL}/confirm/{confirmation.key}', None, [user.email])
        return Response({'detail': 'Verification e-mail sent.'}, status=status.HTTP_201_CREATED)


class VerifyEmailView(APIView):
    permission_classes = (AllowAny,)

    def post(self, request):
        confirmation = get_object_or_404(EmailConfirmation, key=request.data.get('key'), confirmed=False)
        confirmation.confirmed = True
        confirmation.save()
        confirmation.user.is_active = True
        confirmation.user.save()
        return Response({'detail': 'ok'})


class UserDetailsView(RetrieveUpdateAPIView):
    serializer_class = UserDetailsSerializer

    def get_object(self):
        return self.request.user


class PasswordChangeView(GenericAPIView):
    serializer_class = PasswordChangeSerializer

    def post(self, request):
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        request.user.set_password(serializer.validated_data['new_password1'])
        request.user.save()
        return Response({'detail': 'New password has been saved.'})


class PasswordResetView(GenericAPIView):
    permission_classes = (AllowAny,)
    serializer_class = PasswordResetSerializer

    def post(self, request):
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        for user in User.objects.filter(email__iexact=serializer.validated_data['email'], is_active=True):
            uid = urlsafe_base64_encode(force_bytes(user.pk))
            token = default_token_generator.make_token(user)
            send_mail('Password reset', f'{settings.FRONTEND_URL}/reset/{uid}/{token}', None, [user.email])
        return Response({'detail': 'Password reset e-mail has been sent.'})


class PasswordResetConfirmView(GenericAPIView):
    permission_classes = (AllowAny,)
    serializer_class = PasswordResetConfirmSerializer

    def post(self, request):
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        serializer.user.set_password(serializer.validated_data['new_password'])
        serializer.user.save()
        return Response({'detail': 'Password has been reset with the new password.'})
