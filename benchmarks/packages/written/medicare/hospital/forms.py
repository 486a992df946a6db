from django import forms
from django.contrib.auth.models import User
from . import models


class DoctorUserForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ['first_name', 'last_name', 'username', 'password']
        widgets = {'password': forms.PasswordInput()}


class DoctorForm(forms.ModelForm):
    class Meta:
        model = models.Doctor
        fields = ['address', 'mobile', 'department', 'status']


class PatientUserForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ['first_name', 'last_name', 'username', 'password']
        widgets = {'password': forms.PasswordInput()}


class PatientForm(forms.ModelForm):
    # only approved doctors can be assigned; value is the doctor's user id
    assignedDoctorId = forms.ModelChoiceField(
        queryset=models.Doctor.objects.all().filter(status=True), empty_label='Name and Department',
        to_field_name='user_id')

    class Meta:
        model = models.Patient
        fields = ['address', 'mobile', 'status', 'symptoms']


class SlotForm(forms.ModelForm):
    class Meta:
        model = models.Slot
        fields = ['date', 'start']
        widgets = {'date': forms.DateInput(attrs={'type': 'date'}), 'start': forms.TimeInput(attrs={'type': 'time'})}


class PatientAppointmentForm(forms.ModelForm):
    doctorId = forms.ModelChoiceField(
        queryset=models.Doctor.objects.all().filter(status=True), empty_label='Doctor Name and Department',
        to_field_name='user_id')

    class Meta:
        model = models.Appointment
        fields = ['description']
