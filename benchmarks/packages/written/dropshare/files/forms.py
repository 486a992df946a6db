from django import forms
from django.conf import settings
from django.utils import timezone

from .models import Folder, ShareLink


class UploadForm(forms.Form):
    file = forms.FileField()
    folder = forms.ModelChoiceField(queryset=Folder.objects.none(), required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields['folder'].queryset = Folder.objects.filter(owner=user)

    def clean_file(self):
        f = self.cleaned_data['file']
        if f.size > settings.MAX_UPLOAD_MB * 1024 * 1024:
            raise forms.ValidationError('File too large')
        if f.name.rsplit('.', 1)[-1].lower() in ('exe', 'bat', 'sh'):
            raise forms.ValidationError('This type of file is not allowed')
        return f


class ShareForm(forms.ModelForm):
    link_password = forms.CharField(required=False, widget=forms.PasswordInput)

    class Meta:
        model = ShareLink
        fields = ['expires_at', 'max_downloads']

    def clean_expires_at(self):
        value = self.cleaned_data['expires_at']
        if value and value <= timezone.now():
            raise forms.ValidationError('Choose a moment in the future')
        return value
