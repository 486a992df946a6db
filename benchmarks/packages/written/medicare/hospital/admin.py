from django.contrib import admin
from .models import Appointment, Doctor, Patient, PatientDischargeDetails

admin.site.register(Doctor)
admin.site.register(Patient)
admin.site.register(Appointment)
admin.site.register(PatientDischargeDetails)
