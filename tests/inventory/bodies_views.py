"""Function views and classes that read their bodies as projects do."""

import datetime
import enum
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import wraps
from pathlib import Path
from typing import Any, TypedDict

from django import forms
from django.conf import settings
from django.core.exceptions import BadRequest
from django.core.validators import MaxLengthValidator, RegexValidator, URLValidator, validate_ipv46_address
from django.db import models
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.test.utils import isolate_apps
from django.utils.dateparse import parse_date, parse_datetime
from django.views import View
from rest_framework import serializers

from tests.demo.accounts.models import User
from tests.demo.catalog.models import Category, Material, Supplier
from tests.demo.projects.models import Project

KINDS = ("day", "week")


class Level(enum.Enum):
    """How urgent."""

    LOW = "low"
    HIGH = "high"


class Address(TypedDict):
    """An address."""

    street: str
    number: int


@dataclass
class Order:
    """An order."""

    name: str
    count: int = 1
    due: datetime.date | None = None


def types(request: HttpRequest) -> HttpResponse:
    """Convert each value."""
    data = json.loads(request.body)
    held = [
        int(data["count"]),
        float(data["weight"]),
        Decimal(data["price"]),
        bool(data.get("flag")),
        str(data.get("note", "")),
        uuid.UUID(data["key"]),
        parse_date(data["on"]),
        parse_datetime(data["at"]),
        datetime.date.fromisoformat(data["iso"]),
        datetime.datetime.strptime(data["day"], "%Y-%m-%d"),
        data["tags"].split(","),
    ]
    return HttpResponse(str(held))


check_target = URLValidator(schemes=["https"])


class Rated(serializers.Field):  # type: ignore[type-arg]
    """A field of a project's own."""


def checkers(request: HttpRequest) -> HttpResponse:
    """Ask fields of models and forms, and validators, by itself."""
    data = json.loads(request.body)
    User._meta.get_field("role").run_validators(data["role"])
    field = Category._meta.get_field("code")
    held = [field.clean(data["place"], None), forms.IntegerField(min_value=18).clean(data["years"])]
    held.append(serializers.SlugField(max_length=30).run_validation(data["short"]))
    check_target(data["target"])
    check = RegexValidator(r"^TK-\d{4}$")
    check(data["ticket"])
    MaxLengthValidator(8)(data["nick"])
    validate_ipv46_address(data["source"])
    held.append(Rated().run_validation(data["rating"]))
    return HttpResponse(str(held))


def moments(request: HttpRequest) -> HttpResponse:
    """Parse times as they are written one way, and take words for some of them."""
    data = json.loads(request.body)
    text = data["end"]
    if text == "noon" or data["owner"] == "undefined":
        text = "12:00 PM"
    held = [
        datetime.datetime.strptime(data["begin"], "%Y-%m-%dT%H:%M:%S"),
        datetime.datetime.strptime(text, "%I:%M %p").time(),
        datetime.datetime.strptime(data["month"], "%b %Y"),
    ]
    return HttpResponse(str(held))


class Kept:
    """Settings that are kept in rows: it answers any name, and raises what it likes for those that it lacks."""

    def __getattr__(self, name: str) -> Any:
        """Return one of two."""
        return {"OPEN": True, "LIMIT": 3}[name]


kept_in_rows = Kept()


def behind_settings(request: HttpRequest) -> HttpResponse:
    """Take a value behind what such settings tell."""
    limit = kept_in_rows.LIMIT
    return HttpResponse(request.POST["note"][:limit])


def behind_a_secret(request: HttpRequest) -> HttpResponse:
    """Compare a value with what must not stand in any inventory."""
    if request.POST["code"] not in (settings.SECRET_KEY, f"{settings.HOOK_TOKEN}!"):  # type: ignore[misc]
        return HttpResponse(status=403)
    return HttpResponse()


def defaults(request: HttpRequest) -> HttpResponse:
    """Do without values."""
    data = json.loads(request.body)
    page, flag, name = data.get("page", 1), data.get("flag", False), data.get("name") or "nobody"
    rows, options = data.get("rows", []), data.get("options", {})
    return HttpResponse(f"{page} {flag} {name} {rows} {options}")


def required(request: HttpRequest) -> HttpResponse:
    """Refuse what lacks a value, in many ways."""
    data = json.loads(request.body)
    if "one" not in data:
        return JsonResponse({"error": "one"}, status=400)
    if not data.get("two"):
        raise BadRequest
    three = data.get("three")
    if three is None or not isinstance(data.get("four"), int):
        return JsonResponse({"error": "three and four"}, status=400)
    for name in ("five", "six"):
        if name not in data:
            return JsonResponse({"error": name}, status=400)
    missing = [name for name in ("seven", "eight") if not data.get(name)]
    if missing:
        return JsonResponse({"missing": missing}, status=422)
    if not all(name in data for name in ["nine", "ten"]):
        return JsonResponse({"error": "nine and ten"}, status=400)
    if data.get("eleven"):
        return HttpResponse("eleven")
    twelve = data["twelve"]
    if "/" in twelve:
        return JsonResponse({"error": "twelve"}, status=400)
    return HttpResponse(twelve)


def optional(request: HttpRequest) -> HttpResponse:
    """Read values that need not be there."""
    data = json.loads(request.body)
    found = []
    if "one" in data:
        found.append(data["one"])
    two = data["two"] if "two" in data else None  # noqa: SIM401
    try:
        three = data["three"]
    except KeyError:
        three = None
    if request.user.is_staff:
        found.append(data["four"])
    five = int(data.get("five") or 0)
    return HttpResponse(f"{found} {two} {three} {five}")


DEEDS = {"start": str.upper, "stop": str.lower}
KEYS = {"9f2c": "somebody"}


def deeds(request: HttpRequest) -> HttpResponse:
    """Look up what to do, and who asks."""
    data = json.loads(request.body)
    deed, who = DEEDS.get(data["deed"]), KEYS.get(data["key"])
    return HttpResponse(status=200 if deed and who else 400)


def choices(request: HttpRequest) -> HttpResponse:
    """Compare values with constants."""
    data = json.loads(request.body)
    if data["kind"] not in KINDS:
        raise BadRequest
    if data["status"] in Project.Status.values:
        return HttpResponse()
    if data["action"] == "start" or data["action"] == "stop":
        return HttpResponse()
    return HttpResponse(Level(data["level"]).value)


def limits(request: HttpRequest) -> HttpResponse:
    """Refuse what is too long or too large."""
    data = json.loads(request.body)
    name, count, share = data["name"], int(data["count"]), int(data["share"])
    if len(name) > 30 or count < 1 or count > 99:
        raise BadRequest
    if not 0 <= share <= 100:
        raise BadRequest
    return HttpResponse(str(data["title"])[:50])


def rows(request: HttpRequest) -> HttpResponse:
    """Loop over nested objects."""
    data = json.loads(request.body)
    for row in data["rows"]:
        int(row["quantity"])
        for tag in row.get("tags", []):
            tag.strip()
    names = [str(one["name"]) for one in data["people"]]
    street = data["address"]["street"].strip()
    return HttpResponse(f"{names} {street}")


def listed(request: HttpRequest) -> HttpResponse:
    """Take a list of objects as the body."""
    for row in json.loads(request.body):
        Category.objects.create(code=row["code"], name=row["name"])
    return HttpResponse()


def listed_or_refused(request: HttpRequest) -> HttpResponse:
    """Refuse what is no list."""
    data = json.loads(request.body)
    if not data or not isinstance(data, list):
        raise BadRequest
    return HttpResponse(status=len([row["code"] for row in data]))


def listed_or_not(request: HttpRequest) -> HttpResponse:
    """Take an object for a list of one."""
    data = json.loads(request.body)
    if not isinstance(data, list):
        data = [data]
    return HttpResponse(status=len([row["code"] for row in data]))


def never_listed(request: HttpRequest) -> HttpResponse:
    """Refuse a list."""
    data = json.loads(request.body)
    if isinstance(data, list):
        return HttpResponse(status=400)
    return HttpResponse(data["code"])


def rows_named(request: HttpRequest) -> HttpResponse:
    """Select and fill rows."""
    data = json.loads(request.body)
    category = get_object_or_404(Category, pk=data["category"])
    Supplier.objects.get(name=data["supplier"])
    Project.objects.filter(pk__in=data["projects"]).update(client=data["client"])
    if User.objects.filter(email=data["email"]).exists():
        raise BadRequest
    material = Material(code=data["code"], category=category, supplier_id=data["supplier_id"])
    material.price = data["price"]
    material.save()
    return HttpResponse()


with isolate_apps("tests.demo.catalog"):

    class Pupil(models.Model):
        """Somebody who has more than an account."""

        account = models.OneToOneField(User, models.CASCADE, related_name="+")

        class Meta:
            app_label = "catalog"


def people(request: HttpRequest) -> HttpResponse:
    """Look up profiles by the account that they belong to, and fill a row that may be there already."""
    data = json.loads(request.body)
    get_object_or_404(Pupil, account_id=data["pupil"])
    User.objects.get(pk=data["account"])
    material, new = Material.objects.get_or_create(code=data["code"])
    if new:
        material.price = data["price"]
    return HttpResponse()


def unpacked(request: HttpRequest) -> HttpResponse:
    """Make a row of all that comes."""
    return HttpResponse(str(Category.objects.create(**json.loads(request.body)).pk))


def as_class(request: HttpRequest) -> HttpResponse:
    """Make an object of all that comes."""
    order = Order(**json.loads(request.body))
    Material.objects.get(code=order.name)
    return HttpResponse()


def as_typed(request: HttpRequest) -> HttpResponse:
    """Say by an annotation what comes."""
    address: Address = json.loads(request.body)
    return HttpResponse(address["street"])


def _parsed(request: HttpRequest) -> dict[str, Any]:
    try:
        data = json.loads(request.body.decode("utf-8"))
    except ValueError as error:
        raise BadRequest from error
    return dict(data)


def _parsed_or_error(request: HttpRequest) -> tuple[Any, HttpResponse | None]:
    if not request.body:
        return None, HttpResponse(status=400)
    return json.loads(request.body), None


def _amount(data: dict[str, Any], key: str = "amount") -> Decimal:
    try:
        return Decimal(str(data.get(key)))
    except InvalidOperation as error:
        raise BadRequest from error


def helpers(request: HttpRequest) -> HttpResponse:
    """Leave the reading to helpers."""
    data = _parsed(request)
    return HttpResponse(f"{_amount(data)} {_amount(data, 'rest')}")


class Fields(dict[str, Any]):
    """A project's own kind of dictionary."""


def _is_json(request: HttpRequest) -> bool:
    return request.content_type == "application/json"


def _sent(request: HttpRequest) -> Any:
    if not _is_json(request):
        return request.POST
    return Fields(json.loads(request.body))


def form_or_json(request: HttpRequest) -> HttpResponse:
    """Leave it to a helper which of two kinds of bodies is read."""
    if _sent(request).get("status") not in [one.value for one in Project.Status]:
        raise BadRequest
    return HttpResponse()


def only_in_own_kind(request: HttpRequest) -> HttpResponse:
    """Keep the body in a dictionary of the project's own."""
    return HttpResponse(Fields(json.loads(request.body))["name"])


def helper_of_two(request: HttpRequest) -> HttpResponse:
    """Leave the reading to a helper that returns data or an error."""
    data, error = _parsed_or_error(request)
    if error:
        return error
    return HttpResponse(data["name"])


def with_json(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Parse the body before the view."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.payload = json.loads(request.body)  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return inner


@with_json
def decorated(request: HttpRequest) -> HttpResponse:
    """Read what the decorator has parsed."""
    return HttpResponse(request.payload["name"])  # type: ignore[attr-defined]


def form(request: HttpRequest) -> HttpResponse:
    """Read a form by its keys."""
    name = request.POST["name"].strip()
    count = int(request.POST.get("count", 1))
    chosen = request.POST.getlist("chosen")
    Project.objects.filter(pk__in=chosen)
    if "save" in request.POST:
        name = name.upper()
    return HttpResponse(f"{name} {count}")


def json_file(request: HttpRequest) -> HttpResponse:
    """Read a form whose file holds JSON, which only the reader of files tells."""
    names = json.load(request.POST["names"])  # type: ignore[arg-type]
    return HttpResponse(len(names))


def upload(request: HttpRequest) -> HttpResponse:
    """Take files beside a key; what is inside of them is no part of the body."""
    first, second = request.FILES["first"], request.FILES.get("second")
    inside = json.loads(first.read())  # type: ignore[union-attr]
    for one in request.FILES.getlist("more"):
        one.read()
    return HttpResponse(f"{inside['hidden']} {second} {request.POST.get('title')}")


def upload_or_refuse(request: HttpRequest) -> HttpResponse:
    """Look whether files are there before anything is done with them."""
    if "first" not in request.FILES:
        return JsonResponse({"first": ["missing"]}, status=400)
    return HttpResponse("second" in request.FILES)


def raw(request: HttpRequest) -> HttpResponse:
    """Store the bytes."""
    return HttpResponse(len(request.body))


def nothing(request: HttpRequest) -> HttpResponse:
    """Look at no body."""
    return HttpResponse(request.method)


def by_method(request: HttpRequest) -> HttpResponse:
    """Take something else with each method."""
    if request.method == "POST":
        return HttpResponse(json.loads(request.body)["created"])
    if request.method == "PUT":
        return HttpResponse(json.loads(request.body)["replaced"])
    if request.method == "DELETE":
        return HttpResponse(status=204)
    return HttpResponse()


def either(request: HttpRequest) -> HttpResponse:
    """Take JSON or a form."""
    data = json.loads(request.body) if request.content_type == "application/json" else request.POST
    return HttpResponse(data["name"])


class Resource(View):
    """A class that parses in one place and reads in another."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Parse."""
        self.data = json.loads(request.body or b"{}")
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Read."""
        return HttpResponse(self.data["name"] + self._text("title"))

    def delete(self, request: HttpRequest) -> HttpResponse:
        """Read nothing."""
        return HttpResponse(status=204)

    def _text(self, key: str) -> str:
        return str(self.data.get(key, ""))


def delegating(request: HttpRequest) -> HttpResponse:
    """Hand the request to a class."""
    return Resource.as_view()(request)  # type: ignore[return-value]


def endless(request: HttpRequest) -> HttpResponse:
    """Call itself."""
    data = json.loads(request.body)
    return endless(request) if data["again"] else HttpResponse()


def of_kinds(request: HttpRequest) -> HttpResponse:
    """Take files of certain kinds only."""
    table, picture, paper = request.FILES["table"], request.FILES["picture"], request.FILES["paper"]
    if not table.name.lower().endswith((".csv", ".tsv")):  # type: ignore[union-attr]
        return HttpResponse(status=400)
    if picture.content_type not in ["image/png", "image/gif"]:  # type: ignore[union-attr,operator]
        return HttpResponse(status=400)
    if Path(paper.name).suffix.lower() != ".pdf":  # type: ignore[union-attr,arg-type]
        return HttpResponse(status=400)
    return HttpResponse()
