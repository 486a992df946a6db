from django import forms
from django.contrib.auth import authenticate

from .models import Employee


class LoginForm(forms.Form):
    email = forms.EmailField()
    password = forms.CharField(widget=forms.PasswordInput)

    def clean(self):
        data = super().clean()
        self.user = authenticate(username=data.get('email'), password=data.get('password'))
        if self.user is None:
            raise forms.ValidationError('Email or password is wrong')
        return data


class EmployeeCreateForm(forms.ModelForm):
    password1 = forms.CharField(widget=forms.PasswordInput, label='Password', min_length=8)
    password2 = forms.CharField(widget=forms.PasswordInput, label='Repeat password')

    class Meta:
        model = Employee
        fields = ['email', 'first_name', 'last_name', 'role', 'department', 'phone']

    def clean_phone(self):
        phone = self.cleaned_data['phone']
        if phone and not phone.startswith('+'):
            raise forms.ValidationError('Phone must start with the country code, e.g. +254700000000')
        return phone

    def clean_password2(self):
        if self.cleaned_data.get('password1') != self.cleaned_data['password2']:
            raise forms.ValidationError("Passwords don't match")
        return self.cleaned_data['password2']

    def save(self, commit=True):
        user = super().save(commit=False)
        user.set_password(self.cleaned_data['password1'])
        if commit:
            user.save()
        return user


class EmployeeUpdateForm(forms.ModelForm):
    class Meta:
        model = Employee
        fields = ['first_name', 'last_name', 'role', 'department', 'annual_days']
