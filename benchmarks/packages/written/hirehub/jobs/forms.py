import os

from django import forms
from django.utils import timezone

from .models import Application, ContactMessage, Job, SavedSearch


class JobForm(forms.ModelForm):
    class Meta:
        model = Job
        fields = ["title", "location", "job_type", "salary_min", "salary_max", "description", "deadline"]
        widgets = {"deadline": forms.DateInput(attrs={"type": "date"})}

    def clean_deadline(self):
        deadline = self.cleaned_data["deadline"]
        if deadline < timezone.localdate():
            raise forms.ValidationError("The deadline is in the past.")
        return deadline

    def clean(self):
        data = super().clean()
        low, high = data.get("salary_min"), data.get("salary_max")
        if low and high and low > high:
            raise forms.ValidationError("Minimum salary is above the maximum.")
        return data


class JobFilterForm(forms.Form):
    q = forms.CharField(required=False)
    location = forms.CharField(required=False)
    job_type = forms.ChoiceField(required=False, choices=[("", "Any")] + Job.TYPES)
    salary = forms.IntegerField(required=False, min_value=0)


class ApplicationForm(forms.ModelForm):
    class Meta:
        model = Application
        fields = ["cover_letter", "resume"]

    def clean_resume(self):
        resume = self.cleaned_data["resume"]
        if os.path.splitext(resume.name)[1].lower() not in (".pdf", ".doc", ".docx"):
            raise forms.ValidationError("Only PDF or Word documents.")
        if resume.size > 2 * 1024 * 1024:
            raise forms.ValidationError("The file is larger than 2 MB.")
        return resume


class StageForm(forms.ModelForm):
    class Meta:
        model = Application
        fields = ["stage"]


class SavedSearchForm(forms.ModelForm):
    class Meta:
        model = SavedSearch
        fields = ["name", "querystring"]
        widgets = {"querystring": forms.HiddenInput}


class ContactForm(forms.ModelForm):
    website = forms.CharField(required=False, widget=forms.HiddenInput)  # honeypot

    class Meta:
        model = ContactMessage
        fields = ["name", "email", "subject", "message"]

    def clean_website(self):
        if self.cleaned_data["website"]:
            raise forms.ValidationError("Spam?")
        return ""
