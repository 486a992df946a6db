from django.urls import path

from . import views

app_name = 'users'
urlpatterns = [
    path('login/', views.LoginPage.as_view(), name='login'),
    path('logout/', views.LogoutPage.as_view(), name='logout'),
    path('password/', views.MyPassword.as_view(), name='password'),
    path('', views.EmployeeList.as_view(), name='employees'),
    path('add/', views.EmployeeCreate.as_view(), name='employee-add'),
    path('<int:pk>/edit/', views.EmployeeUpdate.as_view(), name='employee-edit'),
    path('departments/add/', views.DepartmentCreate.as_view(), name='department-add'),
]
