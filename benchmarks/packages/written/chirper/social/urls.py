from django.contrib.auth import views as auth_views
from django.urls import path

from . import views

urlpatterns = [
    path('', views.FeedView.as_view(), name='feed'),
    path('signup/', views.SignUpView.as_view(), name='signup'),
    path('signin/', auth_views.LoginView.as_view(template_name='social/signin.html'), name='signin'),
    path('signout/', auth_views.LogoutView.as_view(), name='signout'),
    path('explore/', views.explore, name='explore'),
    path('people/search/', views.search_people, name='people-search'),
    path('post/new/', views.PostCreate.as_view(), name='post-create'),
    path('post/<uuid:pk>/', views.PostDetail.as_view(), name='post-detail'),
    path('post/<uuid:pk>/edit/', views.PostUpdate.as_view(), name='post-edit'),
    path('post/<uuid:pk>/delete/', views.PostDelete.as_view(), name='post-delete'),
    path('post/<uuid:pk>/like/', views.like_post, name='post-like'),
    path('post/<uuid:pk>/save/', views.save_post, name='post-save'),
    path('post/<uuid:pk>/comment/', views.add_comment, name='comment-add'),
    path('comment/<int:pk>/delete/', views.delete_comment, name='comment-delete'),
    path('u/<str:username>/', views.ProfileView.as_view(), name='profile'),
    path('u/<str:username>/follow/', views.follow, name='follow'),
    path('settings/profile/', views.ProfileUpdate.as_view(), name='profile-edit'),
    path('friends/', views.friends, name='friends'),
    path('friends/request/', views.send_request, name='friend-request'),
    path('friends/accept/<int:request_id>/', views.accept_request, name='friend-accept'),
    path('friends/decline/<int:request_id>/', views.decline_request, name='friend-decline'),
    path('messages/', views.inbox, name='inbox'),
    path('messages/<str:username>/', views.conversation, name='conversation'),
    path('notifications/', views.notifications, name='notifications'),
    path('notifications/read/', views.mark_read, name='notifications-read'),
]
