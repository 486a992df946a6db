import re

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms

from .models import Order


class OrderCreateForm(forms.ModelForm):
    class Meta:
        model = Order
        fields = ['first_name', 'last_name', 'email', 'address', 'postal_code', 'city']

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_method = 'post'
        self.helper.add_input(Submit('submit', 'Place order'))

    def clean_postal_code(self):
        code = self.cleaned_data['postal_code'].upper().strip()
        if not re.fullmatch(r'[A-Z0-9][A-Z0-9 -]{2,9}', code):
            raise forms.ValidationError('This does not look like a postal code.')
        return code


class StatusForm(forms.ModelForm):
    NEXT = {
        'new': ['paid', 'cancelled'], 'paid': ['shipped', 'cancelled'], 'shipped': ['delivered'],
        'delivered': [], 'cancelled': [],
    }

    class Meta:
        model = Order
        fields = ['status']

    def clean_status(self):
        new = self.cleaned_data['status']
        old = Order.objects.get(pk=self.instance.pk).status
        if new != old and new not in self.NEXT[old]:
            raise forms.ValidationError(f'An order cannot go from {old} to {new}.')
        return new
