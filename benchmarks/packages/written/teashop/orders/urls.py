from django.urls import path

from . import views

app_name = 'orders'

urlpatterns = [
    path('', views.history, name='history'),
    path('create/', views.order_create, name='create'),
    path('created/', views.order_created, name='created'),
    path('dashboard/', views.dashboard, name='dashboard'),
    path('dashboard/export/', views.export, name='export'),
    path('<int:order_id>/', views.detail, name='detail'),
    path('<int:order_id>/cancel/', views.cancel, name='cancel'),
    path('<int:order_id>/invoice/', views.invoice, name='invoice'),
    path('<int:order_id>/status/', views.change_status, name='status'),
]
