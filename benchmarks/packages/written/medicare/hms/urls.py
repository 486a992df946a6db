from django.contrib import admin
from django.contrib.auth.views import LoginView
from django.urls import path
from hospital import views

urlpatterns = [
    path('admin/', admin.site.urls),
    path('', views.home_view, name=''),
    path('doctorsignup', views.doctor_signup_view, name='doctorsignup'),
    path('patientsignup', views.patient_signup_view, name='patientsignup'),
    path('login', LoginView.as_view(template_name='hospital/login.html'), name='login'),
    path('logout', views.logout_view, name='logout'),
    path('afterlogin', views.afterlogin_view, name='afterlogin'),

    path('admin-dashboard', views.admin_dashboard_view, name='admin-dashboard'),
    path('admin-doctor', views.admin_doctor_view, name='admin-doctor'),
    path('admin-approve-doctor', views.admin_approve_doctor_view, name='admin-approve-doctor'),
    path('approve-doctor/<int:pk>', views.approve_doctor_view, name='approve-doctor'),
    path('reject-doctor/<int:pk>', views.reject_doctor_view, name='reject-doctor'),
    path('update-doctor/<int:pk>', views.update_doctor_view, name='update-doctor'),
    path('admin-patient', views.admin_patient_view, name='admin-patient'),
    path('approve-patient/<int:pk>', views.approve_patient_view, name='approve-patient'),
    path('admin-approve-appointment', views.admin_approve_appointment_view, name='admin-approve-appointment'),
    path('approve-appointment/<int:pk>', views.approve_appointment_view, name='approve-appointment'),
    path('discharge-patient/<int:pk>', views.discharge_patient_view, name='discharge-patient'),
    path('download-bill/<int:pk>', views.download_bill_view, name='download-bill'),

    path('doctor-dashboard', views.doctor_dashboard_view, name='doctor-dashboard'),
    path('doctor-appointment', views.doctor_appointment_view, name='doctor-appointment'),
    path('doctor-slots', views.doctor_slots_view, name='doctor-slots'),
    path('delete-appointment/<int:pk>', views.delete_appointment_view, name='delete-appointment'),

    path('patient-dashboard', views.patient_dashboard_view, name='patient-dashboard'),
    path('patient-book-appointment', views.patient_book_appointment_view, name='patient-book-appointment'),
    path('patient-discharge', views.patient_discharge_view, name='patient-discharge'),
    path('ajax/load-slots', views.load_slots, name='load-slots'),
]
