from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.generics import RetrieveAPIView
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from inkwell.renderers import EnvelopeRenderer

from .models import Profile
from .serializers import ProfileSerializer


class ProfileJSONRenderer(EnvelopeRenderer):
    object_label = 'profile'


class ProfileRetrieveAPIView(RetrieveAPIView):
    permission_classes = (AllowAny,)
    renderer_classes = (ProfileJSONRenderer,)
    queryset = Profile.objects.select_related('user')
    serializer_class = ProfileSerializer

    def retrieve(self, request, username, *args, **kwargs):
        try:
            profile = self.queryset.get(user__username=username)
        except Profile.DoesNotExist:
            raise NotFound('The requested profile does not exist.')
        return Response(self.serializer_class(profile, context={'request': request}).data)


class ProfileFollowAPIView(APIView):
    permission_classes = (IsAuthenticated,)
    renderer_classes = (ProfileJSONRenderer,)
    serializer_class = ProfileSerializer

    def _other(self, username):
        try:
            return Profile.objects.get(user__username=username)
        except Profile.DoesNotExist:
            raise NotFound('A profile with this username was not found.')

    def delete(self, request, username=None):
        followee = self._other(username)
        request.user.profile.follows.remove(followee)
        return Response(self.serializer_class(followee, context={'request': request}).data)

    def post(self, request, username=None):
        follower = request.user.profile
        followee = self._other(username)
        if follower.pk == followee.pk:
            raise serializers.ValidationError('You can not follow yourself.')
        follower.follows.add(followee)
        return Response(self.serializer_class(followee, context={'request': request}).data,
                        status=status.HTTP_201_CREATED)


class FollowerListAPIView(APIView):
    permission_classes = (AllowAny,)
    direction = 'followed_by'

    def get(self, request, username):
        try:
            profile = Profile.objects.get(user__username=username)
        except Profile.DoesNotExist:
            raise NotFound('The requested profile does not exist.')
        people = getattr(profile, self.direction).select_related('user')
        data = ProfileSerializer(people, many=True, context={'request': request}).data
        return Response({'profiles': data, 'profilesCount': len(data)})


class ProfileSearchAPIView(APIView):
    permission_classes = (IsAuthenticated,)

    def get(self, request):
        q = request.query_params.get('q', '')
        if len(q) < 2:
            return Response({'errors': {'q': ['Type at least two characters.']}}, status=422)
        people = Profile.objects.filter(user__username__icontains=q).select_related('user')[:20]
        return Response({'profiles': ProfileSerializer(people, many=True, context={'request': request}).data})
