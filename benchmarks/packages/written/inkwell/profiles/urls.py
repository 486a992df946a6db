from django.urls import path

from .views import FollowerListAPIView, ProfileFollowAPIView, ProfileRetrieveAPIView, ProfileSearchAPIView

app_name = 'profiles'
urlpatterns = [
    path('profiles', ProfileSearchAPIView.as_view()),
    path('profiles/<str:username>', ProfileRetrieveAPIView.as_view()),
    path('profiles/<str:username>/follow', ProfileFollowAPIView.as_view()),
    path('profiles/<str:username>/followers', FollowerListAPIView.as_view()),
    path('profiles/<str:username>/following', FollowerListAPIView.as_view(direction='follows')),
]
