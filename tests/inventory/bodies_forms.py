"""Forms of every kind and the views that use them."""

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.core.exceptions import BadRequest
from django.core.validators import RegexValidator
from django.forms import formset_factory, inlineformset_factory, modelformset_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.generic import CreateView, DeleteView, FormView, UpdateView

from tests.demo.catalog.models import Category, Material, Supplier
from tests.demo.projects.models import Project


class EveryField(forms.Form):
    """One field of each kind."""

    text = forms.CharField(max_length=20, min_length=2, initial="a text")
    number = forms.IntegerField(min_value=1, max_value=9, required=False)
    amount = forms.DecimalField()
    share = forms.FloatField(required=False)
    agreed = forms.BooleanField()
    day = forms.DateField()
    at = forms.DateTimeField()
    clock = forms.TimeField(required=False)
    took = forms.DurationField(required=False)
    key = forms.UUIDField(required=False)
    mail = forms.EmailField()
    site = forms.URLField(required=False, assume_scheme="https")
    code = forms.CharField(validators=[RegexValidator(r"^[A-Z]+$")])
    color = forms.ChoiceField(choices=[("", "-"), ("Warm", [("r", "Red"), ("y", "Yellow")]), ("b", "Blue")])
    sizes = forms.MultipleChoiceField(choices=[(1, "S"), (2, "M")], required=False)
    project = forms.ModelChoiceField(Project.objects.all())
    supplier = forms.ModelChoiceField(Supplier.objects.all(), to_field_name="name", required=False)
    tags = forms.ModelMultipleChoiceField(Category.objects.all(), required=False)
    scan = forms.FileField(required=False)
    moment = forms.SplitDateTimeField(required=False)
    born = forms.DateField(widget=forms.SelectDateWidget, required=False)
    locked = forms.CharField(disabled=True)


class MaterialForm(forms.ModelForm):  # type: ignore[type-arg]
    """Some fields of a material."""

    class Meta:
        model = Material
        fields = ("code", "category", "unit")


class ChangingForm(forms.Form):
    """Adds and removes fields when it is made."""

    kept = forms.CharField()
    removed = forms.CharField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["removed"]
        self.fields["added"] = forms.IntegerField(required=False)


class AskingForm(forms.Form):
    """Asks the database when it is made."""

    name = forms.CharField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["count"] = forms.IntegerField(initial=Project.objects.count())


class UserForm(forms.Form):
    """Cannot be made without a user."""

    name = forms.CharField()

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not user.is_staff:
            self.fields["reason"] = forms.CharField()


class AddressForm(forms.Form):
    """An address."""

    street = forms.CharField()


AddressSet = formset_factory(AddressForm, min_num=2, can_order=True, can_delete=True)
MaterialSet = modelformset_factory(Material, fields=("name",))


class Plain(FormView):  # type: ignore[type-arg]
    """A form."""

    form_class = EveryField


class Prefixed(FormView):  # type: ignore[type-arg]
    """A form whose fields have a prefix."""

    form_class = AddressForm
    prefix = "home"


class Create(CreateView):  # type: ignore[type-arg]
    """Fields of a model."""

    model = Material
    fields = ("code", "supplier", "price")


class Choosing(UpdateView):  # type: ignore[type-arg]
    """Another form in a branch that is known."""

    model = Material
    form_class = AddressForm  # type: ignore[assignment]

    def get_form_class(self) -> type[Any]:
        """Choose by the method."""
        if self.request.method == "POST":
            return MaterialForm
        return super().get_form_class()


class More(FormView):  # type: ignore[type-arg]
    """A form, and a key beside it."""

    form_class = AddressForm

    def form_valid(self, form: Any) -> HttpResponse:
        """Look at a button, and at a value of the form."""
        get_object_or_404(Supplier, name=form.cleaned_data["street"])
        return redirect("/" if "again" in self.request.POST else "/done/")


class Remove(DeleteView):  # type: ignore[type-arg]
    """A confirmation without fields."""

    model = Material


def by_function(request: HttpRequest) -> HttpResponse:
    """Bind a form as tutorials do."""
    if request.method == "POST":
        form = MaterialForm(request.POST, request.FILES)
        if form.is_valid():
            form.save()
            return redirect("/")
    else:
        form = MaterialForm()
    return render(request, "form.html", {"form": form})


def _bound(request: HttpRequest, form_class: type[forms.Form], prefix: str) -> forms.Form:
    return form_class(data=request.POST or None, prefix=prefix)


def by_route(request: HttpRequest, form_class: type[forms.Form]) -> HttpResponse:
    """Bind the form that the route names."""
    form = form_class(request.POST or None)
    return HttpResponse(status=204 if form.is_valid() else 400)


def by_any_argument(request: HttpRequest, **extra: type[forms.Form]) -> HttpResponse:
    """Find it among all that the route hands over."""
    form = extra["form_class"](request.POST)
    return HttpResponse(status=204 if form.is_valid() else 400)


def in_helper(request: HttpRequest) -> HttpResponse:
    """Bind two forms in a helper."""
    first, second = _bound(request, AddressForm, "from"), _bound(request, AddressForm, "to")
    return HttpResponse(str(first.is_valid() and second.is_valid()))


def user_first(request: HttpRequest) -> HttpResponse:
    """Bind a form whose first argument is no data."""
    return HttpResponse(str(SetPasswordForm(request.user, request.POST).is_valid()))  # type: ignore[type-var]


def of_json(request: HttpRequest) -> HttpResponse:
    """Check a JSON body with a form."""
    import json

    return HttpResponse(str(AddressForm(json.loads(request.body)).is_valid()))


def formset(request: HttpRequest) -> HttpResponse:
    """Bind a formset."""
    return HttpResponse(str(AddressSet(request.POST, prefix="homes").is_valid()))


def model_formset(request: HttpRequest) -> HttpResponse:
    """Bind a formset of rows."""
    return HttpResponse(str(MaterialSet(request.POST or None).is_valid()))


def inline_formset(request: HttpRequest) -> HttpResponse:
    """Make a formset in the view."""
    made = inlineformset_factory(Supplier, Material, fields=("name", "category"), extra=1)
    if not made(request.POST).is_valid():
        raise BadRequest
    return HttpResponse()


def changing(request: HttpRequest) -> HttpResponse:
    """Use a form that changes itself."""
    return HttpResponse(str(ChangingForm(request.POST).is_valid()))


def asking(request: HttpRequest) -> HttpResponse:
    """Use a form that asks the database."""
    return HttpResponse(str(AskingForm(request.POST).is_valid()))


def for_user(request: HttpRequest) -> HttpResponse:
    """Use a form that wants the user."""
    return HttpResponse(str(UserForm(request.user, data=request.POST).is_valid()))


def unbound(request: HttpRequest) -> HttpResponse:
    """Show a form, and read nothing."""
    return render(request, "form.html", {"form": AddressForm()})


def _chosen_form(project: Any) -> Any:
    class Chosen(AddressForm):
        """Has the rows of the project alone."""

        material = forms.ModelChoiceField(Material.objects.none())

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            chosen: Any = self.fields["material"]
            chosen.queryset = project.materials.all()

    return Chosen


def written_inside(request: HttpRequest, pk: int) -> HttpResponse:
    """Writes its form down where it uses it, with constants of its own and what only a request tells."""
    material = get_object_or_404(Material, pk=pk)
    others = Material.objects.exclude(pk=pk)

    class Move(forms.Form):
        LEFT = "left"
        to = forms.ModelChoiceField(queryset=others)
        beside = forms.ModelChoiceField(getattr(material, request.GET["which"]))
        side = forms.ChoiceField(choices=[(LEFT, "left"), ("right", "right")], widget=forms.RadioSelect)
        count = forms.IntegerField(min_value=3, help_text=str(material))

        def clean_count(self) -> int:
            return int(self.cleaned_data["count"])

    return redirect("/") if Move(request.POST).is_valid() else render(request, "none.html")


def written_inside_of_a_model(request: HttpRequest) -> HttpResponse:
    """The same of a model."""

    class Changed(forms.ModelForm):  # type: ignore[type-arg]
        class Meta:
            model = Material
            fields = ("code", "unit")

    return redirect("/") if Changed(data=request.POST).is_valid() else render(request, "none.html")


def made_by_a_helper(request: HttpRequest, pk: int) -> HttpResponse:
    """A helper that knows nothing of the request returns the class."""
    form = _chosen_form(get_object_or_404(Project, pk=pk))(request.POST)
    return redirect("/") if form.is_valid() else render(request, "none.html")


def made_by_type(request: HttpRequest) -> HttpResponse:
    """The class has no statement of its own."""
    made = type("Made", (forms.Form,), {"day": forms.DateField(), "size": forms.ChoiceField(choices=[("s", "S")])})
    return redirect("/") if made(request.POST).is_valid() else render(request, "none.html")


_BY_KIND = {"home": AddressForm, "thing": MaterialForm}


def chosen_by_key(request: HttpRequest) -> HttpResponse:
    """The body itself names the form."""
    form = _BY_KIND[request.POST["kind"]](request.POST)
    return redirect("/") if form.is_valid() else render(request, "none.html")


def chosen_by_branch(request: HttpRequest, kind: str) -> HttpResponse:
    """A part of the address tells which form it is."""
    if kind == "home":
        chosen: Any = AddressForm
    else:
        chosen = _BY_KIND.get(kind, SetPasswordForm)
    return redirect("/") if chosen(data=request.POST).is_valid() else render(request, "none.html")


class ChosenByMethod(FormView):  # type: ignore[type-arg]
    """One of two forms, of which one is written in the method."""

    def get_form_class(self) -> Any:
        if self.kwargs["kind"] == "home":
            return AddressForm

        class Other(forms.Form):
            day = forms.DateField()

        return Other


class UnorderedForm(forms.ModelForm):  # type: ignore[type-arg]
    """Lists its fields in a set, whose order is another one in each process."""

    class Meta:
        model = Material
        fields = {"unit", "code", "category"}
