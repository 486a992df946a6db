"""Forms of the project pages."""

from django import forms

from tests.demo.projects.models import Project


class ProjectForm(forms.ModelForm):  # type: ignore[type-arg]  # no argument at run time
    """A project's own fields."""

    class Meta:
        model = Project
        fields = ("name", "client", "status", "area_m2")


class MemberForm(forms.Form):
    """The address of a user who shall see the project."""

    email = forms.EmailField()
