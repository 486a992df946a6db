from django import forms
from django.contrib.auth.forms import UserCreationForm
from django.db import transaction

from .models import ApplicantProfile, Company, User


class EmployerSignUpForm(UserCreationForm):
    company_name = forms.CharField(max_length=120)
    website = forms.URLField(required=False, assume_scheme="https")

    class Meta(UserCreationForm.Meta):
        model = User
        fields = ("username", "email")

    @transaction.atomic
    def save(self, commit=True):
        user = super().save(commit=False)
        user.role = User.EMPLOYER
        user.save()
        Company.objects.create(owner=user, name=self.cleaned_data["company_name"],
                               website=self.cleaned_data.get("website", ""))
        return user


class ApplicantSignUpForm(UserCreationForm):
    agree = forms.BooleanField(label="I accept the terms")

    class Meta(UserCreationForm.Meta):
        model = User
        fields = ("username", "first_name", "last_name", "email")

    def save(self, commit=True):
        user = super().save(commit=False)
        user.role = User.APPLICANT
        user.save()
        return user


class CompanyForm(forms.ModelForm):
    class Meta:
        model = Company
        fields = ["name", "website", "about", "logo"]


class ApplicantProfileForm(forms.ModelForm):
    first_name = forms.CharField(max_length=150)
    last_name = forms.CharField(max_length=150)

    class Meta:
        model = ApplicantProfile
        fields = ["headline", "phone", "resume"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["first_name"].initial = self.instance.user.first_name
        self.fields["last_name"].initial = self.instance.user.last_name

    def clean_phone(self):
        phone = self.cleaned_data["phone"]
        if phone and not phone.lstrip("+").replace(" ", "").isdigit():
            raise forms.ValidationError("Digits and spaces only, please.")
        return phone

    def save(self, commit=True):
        profile = super().save(commit)
        profile.user.first_name = self.cleaned_data["first_name"]
        profile.user.last_name = self.cleaned_data["last_name"]
        profile.user.save()
        return profile
