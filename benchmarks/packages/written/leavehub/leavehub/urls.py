from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path('admin/', admin.site.urls),
    path('', include('leaves.urls', namespace='leaves')),
    path('users/', include('users.urls', namespace='users')),
]
