from rest_framework import status
from rest_framework.generics import RetrieveUpdateAPIView
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from inkwell.renderers import EnvelopeRenderer

from .serializers import LoginSerializer, RegistrationSerializer, UserSerializer


class UserJSONRenderer(EnvelopeRenderer):
    object_label = 'user'


class RegistrationAPIView(APIView):
    permission_classes = (AllowAny,)
    renderer_classes = (UserJSONRenderer,)
    serializer_class = RegistrationSerializer

    def post(self, request):
        user = request.data.get('user', {})
        serializer = self.serializer_class(data=user)
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return Response(serializer.data, status=status.HTTP_201_CREATED)


class LoginAPIView(APIView):
    permission_classes = (AllowAny,)
    renderer_classes = (UserJSONRenderer,)
    serializer_class = LoginSerializer

    def post(self, request):
        user = request.data.get('user', {})
        serializer = self.serializer_class(data=user)
        serializer.is_valid(raise_exception=True)
        return Response(serializer.data, status=status.HTTP_200_OK)


class UserRetrieveUpdateAPIView(RetrieveUpdateAPIView):
    permission_classes = (IsAuthenticated,)
    renderer_classes = (UserJSONRenderer,)
    serializer_class = UserSerializer

    def get_object(self):
        return self.request.user

    def update(self, request, *args, **kwargs):
        serializer = self.serializer_class(request.user, data=request.data.get('user', {}), partial=True)
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return Response(serializer.data)


class ChangePasswordAPIView(APIView):
    permission_classes = (IsAuthenticated,)

    def put(self, request):
        data = request.data.get('user', {})
        if not request.user.check_password(data.get('currentPassword', '')):
            return Response({'errors': {'currentPassword': ['is wrong']}}, status=status.HTTP_422_UNPROCESSABLE_ENTITY)
        if len(data.get('newPassword', '')) < 8:
            return Response({'errors': {'newPassword': ['is too short']}}, status=status.HTTP_422_UNPROCESSABLE_ENTITY)
        request.user.set_password(data['newPassword'])
        request.user.save()
        return Response(status=status.HTTP_204_NO_CONTENT)
