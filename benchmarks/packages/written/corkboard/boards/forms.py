import re

from django import forms
from django.utils import timezone

from .models import Attachment, Board, Card, Invitation, Label, List


class BoardForm(forms.ModelForm):
    class Meta:
        model = Board
        fields = ["name", "description"]


class ListForm(forms.ModelForm):
    class Meta:
        model = List
        fields = ["title"]


class QuickCardForm(forms.ModelForm):
    class Meta:
        model = Card
        fields = ["title"]


class CardForm(forms.ModelForm):
    class Meta:
        model = Card
        fields = ["title", "body", "due", "labels", "assignees", "done"]

    def __init__(self, *args, board, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["labels"].queryset = board.labels.all()
        self.fields["assignees"].queryset = board.members.all()

    def clean_due(self):
        due = self.cleaned_data["due"]
        if due and "due" in self.changed_data and due < timezone.localdate():
            raise forms.ValidationError("Due dates lie in the future.")
        return due


class LabelForm(forms.ModelForm):
    class Meta:
        model = Label
        fields = ["name", "colour"]

    def clean_colour(self):
        value = self.cleaned_data["colour"]
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
            raise forms.ValidationError("Use #rrggbb.")
        return value


class InvitationForm(forms.ModelForm):
    class Meta:
        model = Invitation
        fields = ["email", "role"]

    def __init__(self, *args, board, **kwargs):
        super().__init__(*args, **kwargs)
        self.board = board

    def clean_email(self):
        email = self.cleaned_data["email"].lower()
        if self.board.members.filter(email__iexact=email).exists():
            raise forms.ValidationError("Already a member.")
        return email


class AttachmentForm(forms.ModelForm):
    class Meta:
        model = Attachment
        fields = ["file"]
