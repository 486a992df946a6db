import datetime

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import UserCreationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .models import Author, BookInstance


class RenewBookForm(forms.Form):
    renewal_date = forms.DateField(help_text="Enter a date between now and 4 weeks (default 3).")

    def clean_renewal_date(self):
        data = self.cleaned_data['renewal_date']
        if data < datetime.date.today():
            raise ValidationError(_('Invalid date - renewal in past'))
        if data > datetime.date.today() + datetime.timedelta(weeks=4):
            raise ValidationError(_('Invalid date - renewal more than 4 weeks ahead'))
        return data


class LendForm(forms.Form):
    borrower = forms.ModelChoiceField(queryset=get_user_model().objects.filter(is_active=True))
    due_back = forms.DateField()

    def clean_due_back(self):
        due = self.cleaned_data['due_back']
        if due <= datetime.date.today():
            raise ValidationError('The copy has to come back after today.')
        return due


class AuthorForm(forms.ModelForm):
    class Meta:
        model = Author
        fields = ['first_name', 'last_name', 'date_of_birth', 'date_of_death']

    def clean(self):
        cleaned = super().clean()
        born, died = cleaned.get('date_of_birth'), cleaned.get('date_of_death')
        if born and died and died < born:
            self.add_error('date_of_death', 'Nobody dies before being born.')
        return cleaned


class CopyForm(forms.ModelForm):
    class Meta:
        model = BookInstance
        fields = ['imprint', 'status']


class SignUpForm(UserCreationForm):
    email = forms.EmailField(required=True)

    class Meta(UserCreationForm.Meta):
        fields = ('username', 'email')
