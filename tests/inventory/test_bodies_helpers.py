"""Bodies that methods of a project's own helper classes read."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.functional import SimpleLazyObject, classproperty
from django.views import View

from tests.inventory.bodies import told, wanted


class Uploads:
    """Reads what it is handed, without an object."""

    @classmethod
    def received(cls, request: HttpRequest) -> Any:
        """Leave it to another method."""
        return cls._data(request)["by_class"]

    @staticmethod
    def taken(request: HttpRequest) -> str:
        """Read a form."""
        return request.POST["by_itself"]

    @classmethod
    def _data(cls, request: HttpRequest) -> Any:
        return json.loads(request.body)


class Service:
    """Keeps what it is made with."""

    def __init__(self, request: HttpRequest) -> None:
        self.data = json.loads(request.body)

    def run(self) -> Any:
        """Read what is kept."""
        return self.data["by_object"]


class Reader:
    """Is made once for all."""

    def value(self, request: HttpRequest) -> str:
        """Read a form."""
        return request.POST["by_global"]


READER = Reader()


class OfClass(View):
    """Hands its request to a class."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Read."""
        return HttpResponse(Uploads.received(request))


def of_itself(request: HttpRequest) -> HttpResponse:
    """Hand the request to a static method."""
    return HttpResponse(Uploads.taken(request))


def of_object(request: HttpRequest) -> HttpResponse:
    """Make an object of the request."""
    return JsonResponse(Service(request).run())


def of_name(request: HttpRequest) -> HttpResponse:
    """Keep the object before it is asked."""
    service = Service(request)
    if service.data is None:
        return HttpResponse(status=400)
    return JsonResponse(service.run())


def of_global(request: HttpRequest) -> HttpResponse:
    """Ask an object of the module."""
    return HttpResponse(READER.value(request))


@pytest.mark.parametrize(
    ("view", "field"),
    [
        (OfClass.as_view(), "by_class"),
        (of_itself, "by_itself"),
        (of_object, "by_object"),
        (of_name, "by_object"),
        (of_global, "by_global"),
    ],
)
def test_methods_of_helper_classes_are_followed(view: Callable[..., Any], field: str) -> None:
    """Whether they are called on the class, on an object of the module, or on one that is made of the request."""
    assert list(wanted(view)) == [field]


class Uploader:
    """Keeps a part of what it is handed under the name that the view has for the whole."""

    def __init__(self, payload: Any) -> None:
        self.payload = payload.get("picture")

    def run(self) -> Any:
        """Change what it keeps."""
        self.payload = self.payload or self.payload
        return self.payload


class Once:
    """Is made once for all and keeps the last part."""

    payload: Any = None

    def keep(self, payload: Any) -> None:
        """Keep a part."""
        self.payload = payload["kept"]

    def kept(self, payload: Any) -> Any:
        """Read a part of that."""
        return self.payload["inner"], payload["more"]


class OfView:
    """Keeps the view itself."""

    def __init__(self, view: Any, request: HttpRequest) -> None:
        self.view, self.payload = view, request.POST.get("form")

    def run(self) -> Any:
        """Read of the view."""
        return self.view.payload["by_view"], self.view.request.POST["of_request"]


ONCE = Once()


class Naming(View):
    """Keeps the body under a name that its helpers have, too."""

    payload: Any

    def post(self, request: HttpRequest) -> HttpResponse:
        """Read after the helper."""
        self.payload = json.loads(request.body)
        Uploader(self.payload).run()
        return HttpResponse(self.payload["name"] + self.payload["age"])


class Keeping(Naming):
    """Asks an object of the module."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Read after the object."""
        self.payload = json.loads(request.body)
        ONCE.keep(self.payload)
        ONCE.kept(self.payload)
        return HttpResponse(self.payload["name"])


class Handing(Naming):
    """Hands itself over."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Read after the helper."""
        self.payload = json.loads(request.body)
        OfView(self, request).run()
        return HttpResponse(self.payload["name"])


@pytest.mark.parametrize(
    ("view", "fields"),
    [
        (Naming, {"picture", "name", "age"}),
        (Keeping, {"kept", "more", "name"}),
        (Handing, {"form", "by_view", "of_request", "name"}),
    ],
)
def test_a_helper_keeps_its_attributes_to_itself(view: type[View], fields: set[str]) -> None:
    """The view goes on with its own of the same name."""
    assert set(wanted(view.as_view())) == fields


ASKED: list[str] = []


def _asked() -> Reader:
    ASKED.append("lazy")
    return Reader()


LAZY: Any = None


class Settings:
    """Works its values out when they are asked for."""

    @classproperty
    def current(cls) -> int:
        """Count, as a query would."""
        ASKED.append("current")
        return 1

    queryset = model = current

    def handle(self, request: HttpRequest) -> Any:
        """Look at its own value and read a form."""
        return self.current, request.POST["by_settings"]


SETTINGS = Settings()


def of_settings(request: HttpRequest) -> HttpResponse:
    """Ask one object and look at another."""
    return HttpResponse(SETTINGS.handle(request) if LAZY else b"")


def test_descriptors_and_lazy_objects_of_the_project_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What they do may be a query."""
    # Here, since pytest asks all that it finds in a module.
    monkeypatch.setitem(globals(), "LAZY", SimpleLazyObject(_asked))
    ASKED.clear()
    assert list(wanted(of_settings)) == ["by_settings"]
    assert not ASKED


def by_digits(request: HttpRequest) -> HttpResponse:
    """Ask numbers for what only texts have."""
    data = json.loads(request.body)
    if len(data["code"]) != 7 or not data["code"].isdigit():
        return JsonResponse({"error": "7 digits"}, status=400)
    return JsonResponse({"number": int(data["number"].strip()), "other": int(data["other"])})


def by_pairs(request: HttpRequest) -> HttpResponse:
    """Ask lists for their length."""
    data = json.loads(request.body)
    if len(data["place"]) != 2 or len(data["groups"]) != 2:
        return JsonResponse({"error": "two"}, status=400)
    x, y = data["place"]
    return JsonResponse({"at": [x, y], "groups": Group.objects.filter(pk__in=data["groups"]).count()})


def test_a_list_of_one_length_is_no_text() -> None:
    """Texts and lists have a length; only a use as a text tells which it is."""
    found = {one.name: one for one in told(by_pairs).fields}
    assert found["groups"].many
    assert [(one.type, one.max_length) for one in found.values()] == [("any", None), ("integer", None)]


def by_digits_of_form(request: HttpRequest) -> HttpResponse:
    """Ask texts."""
    return HttpResponse(request.POST["code"].isdigit())


def by_digits_of_a_part(request: HttpRequest) -> HttpResponse:
    """Ask what stands behind the country."""
    number = request.POST["iban"]
    return HttpResponse(number[:2] == "DE" and number[2:].isdigit() and number[3].isdecimal())


def test_a_number_that_is_asked_as_a_text_is_sent_as_one() -> None:
    """JSON has numbers, which have no `isdigit`; in a form everything is a text."""
    found = {one.name: (one.type, one.pattern) for one in told(by_digits).fields}
    assert found == {
        "code": ("string", r"^\d{7,7}$"),
        "number": ("string", r"^[1-9]\d*$"),
        "other": ("integer", ""),
    }
    assert [(one.type, one.pattern) for one in told(by_digits_of_form).fields] == [("integer", "")]
    assert [one.type for one in told(by_digits_of_a_part).fields] == ["string"]
