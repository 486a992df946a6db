from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import path
from django.conf import settings
from django.conf.urls.static import static
from users import views as user_views
from feed import views
from inbox import views as inbox_views

urlpatterns = [
    path('admin/', admin.site.urls),
    path('', views.feed, name='feed'),
    path('explore/', views.explore, name='explore'),
    path('search/', views.search, name='search'),
    path('tag/<str:name>/', views.TagView.as_view(), name='tag'),
    path('p/new/', views.PostCreateView.as_view(), name='post_create'),
    path('p/<int:pk>/', views.post_detail, name='post_detail'),
    path('p/<int:pk>/edit/', views.PostUpdateView.as_view(), name='post_update'),
    path('p/<int:pk>/delete/', views.PostDeleteView.as_view(), name='post_delete'),
    path('p/<int:pk>/bookmark/', views.bookmark, name='bookmark'),
    path('comment/<int:pk>/delete/', views.delete_comment, name='delete_comment'),
    path('like/', views.like, name='like'),
    path('bookmarks/', views.bookmarks, name='bookmarks'),
    path('direct/', inbox_views.inbox, name='inbox'),
    path('direct/<str:username>/', inbox_views.chat, name='chat'),
    path('direct/<str:username>/poll/', inbox_views.poll, name='poll'),
    path('notifications/', inbox_views.notifications, name='notifications'),
    path('notifications/seen/', inbox_views.mark_seen, name='mark_seen'),
    path('register/', user_views.register, name='register'),
    path('login/', auth_views.LoginView.as_view(template_name='users/login.html'), name='login'),
    path('logout/', auth_views.LogoutView.as_view(template_name='users/logout.html'), name='logout'),
    path('settings/', user_views.edit_profile, name='edit_profile'),
    path('settings/delete/', user_views.delete_account, name='delete_account'),
    path('u/<str:username>/', user_views.profile, name='profile'),
    path('u/<str:username>/follow/', user_views.follow, name='follow'),
    path('u/<str:username>/followers/', user_views.followers, name='followers'),
    path('u/<str:username>/following/', user_views.following, name='following'),
]

if settings.DEBUG:
    urlpatterns += static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT)
