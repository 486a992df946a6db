from datetime import date

from django import forms

from .models import LeaveRequest


class LeaveRequestForm(forms.ModelForm):
    class Meta:
        model = LeaveRequest
        fields = ['leave_type', 'start', 'end', 'reason']
        widgets = {'start': forms.DateInput(attrs={'type': 'date'}), 'end': forms.DateInput(attrs={'type': 'date'})}

    def __init__(self, *args, employee=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.instance.employee = employee

    def clean_start(self):
        start = self.cleaned_data['start']
        if start <= date.today():
            raise forms.ValidationError('Leave has to start in the future')
        return start

    def clean(self):
        data = super().clean()
        if data.get('start') and data.get('end'):
            clash = LeaveRequest.objects.filter(employee=self.instance.employee, status__in='PA',
                                                start__lte=data['end'], end__gte=data['start'])
            if clash.exclude(pk=self.instance.pk).exists():
                raise forms.ValidationError('You already have leave in this period')
        return data


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(choices=[('approve', 'Approve'), ('reject', 'Reject')], widget=forms.RadioSelect)
    note = forms.CharField(required=False, max_length=200)

    def clean(self):
        data = super().clean()
        if data.get('decision') == 'reject' and not data.get('note'):
            self.add_error('note', 'Say why')
        return data
