"""A small site with the hard cases of a preflight; its rows live in this module, so that no table is needed."""

import json
import operator
import time
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, StreamingHttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from loadaudit.probes.recorder import note_outgoing
from loadaudit.records import UNANSWERED

ROWS: dict[int, dict[str, Any]] = {}
"""Reset by the fixture of the tests."""


READERS = {"body": operator.attrgetter("body"), "POST": operator.attrgetter("POST")}
"""Where no reading of the source finds what a view reads."""


class RowForm(forms.Form):
    """A row by hand."""

    name = forms.CharField(max_length=30)
    kind = forms.ChoiceField(choices=[("", "-"), ("a", "A"), ("b", "B")])
    until = forms.DateField(required=False)


@require_http_methods(["GET"])
def rows(request: HttpRequest) -> JsonResponse:
    """List the rows."""
    return JsonResponse({"results": [{"id": key, **row} for key, row in ROWS.items()]})


@require_http_methods(["GET", "PUT", "DELETE"])
def row(request: HttpRequest, number: int) -> HttpResponse:
    """Show, change or delete a row; a change has to be based on its version."""
    if number not in ROWS:
        raise Http404
    if request.method == "DELETE":
        del ROWS[number]
        return HttpResponse(status=204)
    if request.method == "PUT":
        data = json.loads(request.body)
        if data.get("version") != ROWS[number]["version"]:
            return JsonResponse({"error": "conflict", "version": ROWS[number]["version"]}, status=409)
        if number == 5 and data != ROWS[number]:
            return JsonResponse({"name": ["It stays as it is."]}, status=400)
        ROWS[number] = {"name": data["name"], "version": data["version"] + 1}
    return JsonResponse(ROWS[number])


class LetterForm(forms.Form):
    """A text that is to be rewritten, of which the form says so as a whole."""

    topic = forms.CharField(initial="a topic", disabled=True)
    text = forms.CharField(widget=forms.Textarea, initial="Tell us about yourself. Thank you!")

    def clean(self) -> dict[str, Any]:
        """Refuse what the page began with."""
        if "Thank you!" in self.cleaned_data.get("text", ""):
            raise forms.ValidationError("Please write a letter of your own.")
        return self.cleaned_data


@require_http_methods(["GET", "POST"])
def letter(request: HttpRequest) -> HttpResponse:
    """Take a letter with a form that its page shows."""
    form = LetterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return HttpResponseRedirect("/rows/")
    return HttpResponse(f'<form method="post">{form.as_p()}<button>Send</button></form>')


@require_POST
def ticked(request: HttpRequest) -> HttpResponse:
    """Take any number of boxes, and the token out of them, where no reading of the source finds it."""
    names = {*READERS["POST"](request)}
    names.remove("csrfmiddlewaretoken")
    return HttpResponse(f"{len(names)} of them")


@require_POST
def posted(request: HttpRequest) -> HttpResponse:
    """Take a form that no reading of the source finds, and no document."""
    form = RowForm(READERS["POST"](request))
    return HttpResponse("taken" if form.is_valid() else "")


@require_GET
def drawn(request: HttpRequest) -> HttpResponse:
    """Read one key of its query as JSON."""
    sizes = json.loads(request.GET["sizes"])
    return HttpResponse(f"{request.GET['title']}: {len(sizes)}")


@csrf_exempt
@require_POST
def invited(request: HttpRequest) -> HttpResponse:
    """Look for what a body may name."""
    data = json.loads(request.body)
    if not data["mail"] or data.get("code") is None:
        raise Http404
    return JsonResponse({"code": str(data.get("code"))})


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a row with a form that its page shows."""
    form = RowForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        number = len(ROWS) + 1
        ROWS[number] = {"name": form.cleaned_data["name"], "version": 1}
        return HttpResponseRedirect(f"/rows/{number}/")
    return HttpResponse(f'<form method="post">{form.as_p()}<button>Save</button></form><a href="/rows/">rows</a>')


@require_http_methods(["POST"])
def keys(request: HttpRequest) -> JsonResponse:
    """Want keys that nothing declares, one after the other."""
    data = json.loads(request.body or b"{}")
    for name in ("title", "amount"):
        if name not in data:
            return JsonResponse({"error": f"{name} is required"}, status=400)
    return JsonResponse({"ok": True})


@require_http_methods(["DELETE"])
def several(request: HttpRequest) -> HttpResponse:
    """Delete the rows that the body names, which nothing declares."""
    if "number" not in json.loads(READERS["body"](request) or b"{}"):
        return JsonResponse({"number": ["This field is required."]}, status=400)
    return HttpResponse(status=204)


@require_http_methods(["PUT", "DELETE"])
def marked(request: HttpRequest, number: int) -> HttpResponse:
    """Mark a row, or take its mark away; the newest cannot have any."""
    if number not in ROWS or number == max(ROWS) or (request.method == "DELETE" and not ROWS[number].get("marked")):
        raise Http404
    ROWS[number] = {**ROWS[number], "marked": request.method == "PUT"}
    return JsonResponse({})


class TaskSerializer(serializers.Serializer[Any]):
    """A task by its name."""

    task = serializers.CharField()


class Tasks(GenericAPIView[Any]):
    """Start a task of those that there are when the request comes."""

    serializer_class = TaskSerializer
    authentication_classes = ()

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """Return a serializer with choices that nothing declares."""
        serializer: Any = super().get_serializer(*args, **kwargs)
        serializer.fields["task"] = serializers.ChoiceField(choices=sorted(READERS | {"sum": 1})[1:])
        return serializer

    def post(self, request: Request) -> Response:
        """Start it."""
        self.get_serializer(data=request.data).is_valid(raise_exception=True)
        return Response({})


def search(request: HttpRequest) -> HttpResponse:
    """Read a parameter of the query string that has to be there."""
    return HttpResponse(request.GET["q"])


def filtered(request: HttpRequest) -> HttpResponse:
    """Find nothing without a key of the query, and say nothing about it."""
    if not request.GET.get("kind"):
        raise Http404
    return HttpResponse("found")


def mine(request: HttpRequest) -> HttpResponse:
    """Fail for everybody but one."""
    if request.COOKIES.get("who") != "two":
        raise ValueError("a row without a title")
    return HttpResponse("mine")


@require_http_methods(["POST"])
def once(request: HttpRequest) -> JsonResponse:
    """Work the first time only."""
    if ROWS.get(0):
        return JsonResponse({"error": "already done"}, status=409)
    ROWS[0] = {"name": "done", "version": 1}
    return JsonResponse({"ok": True})


def limited(request: HttpRequest) -> HttpResponse:
    """Have had too much of it the first time, or the first times."""
    known = ROWS.get(-1, {"asked": 0, "retry": "0"})
    ROWS[-1] = {**known, "asked": known["asked"] + 1}
    return HttpResponse(status=429 if ROWS[-1]["asked"] <= 1 else 200, headers={"Retry-After": known["retry"]})


def broken(request: HttpRequest) -> HttpResponse:
    """Fail always."""
    raise RuntimeError("no good")


def forbidden(request: HttpRequest) -> HttpResponse:
    """Let nobody in."""
    raise PermissionDenied


def slow(request: HttpRequest) -> HttpResponse:
    """Take longer than anybody waits."""
    time.sleep(0)
    return HttpResponse("late")


def stream(request: HttpRequest) -> StreamingHttpResponse:
    """Send text in pieces."""
    return StreamingHttpResponse(iter([b"a", b"b"]))


def anything(request: HttpRequest, word: str) -> HttpResponse:
    """Take any word."""
    return HttpResponse(word)


def nothing(request: HttpRequest, word: str) -> HttpResponse:
    """Know no word that anybody makes up."""
    if len(word) < 500:
        raise Http404
    return HttpResponse()


@csrf_exempt
@require_POST
def typed(request: HttpRequest) -> JsonResponse:
    """Want a key in the query string and say so as django-ninja does."""
    if "kind" in request.GET:
        return JsonResponse({"ok": True})
    return JsonResponse(
        {"detail": [{"type": "missing", "loc": ["query", "kind"], "msg": "Field required"}]}, status=422
    )


def for_scripts(request: HttpRequest) -> HttpResponse:
    """Answer the scripts of a page only."""
    if request.headers.get("X-Requested-With") != "XMLHttpRequest":
        raise PermissionDenied
    return HttpResponse("for a script")


@csrf_exempt
@require_POST
def registered(request: HttpRequest) -> JsonResponse:
    """Want a new password twice."""
    data = json.loads(request.body or b"{}")
    missing = [name for name in ("password", "password_confirm") if name not in data]
    if missing:
        return JsonResponse({name: ["This field is required."] for name in missing}, status=400)
    if data["password"] != data["password_confirm"]:
        return JsonResponse({"password_confirm": ["Passwords don't match"]}, status=400)
    return JsonResponse({"ok": True})


@csrf_exempt
@require_POST
def numbered(request: HttpRequest) -> JsonResponse:
    """Fail with a text where a number belongs."""
    return JsonResponse({"of": int(request.POST["position_of"])})


@csrf_exempt
@require_POST
def numbered_for_one(request: HttpRequest) -> HttpResponse:
    """Fail with a text where a number belongs, and then let only one in."""
    int(request.POST["position_of"])
    if request.COOKIES.get("who") != "two":
        raise PermissionDenied
    return HttpResponse("done")


@require_POST
def choosing(request: HttpRequest) -> HttpResponse:
    """Let only one choose the row that there is."""
    if request.COOKIES.get("who") != "two":
        return JsonResponse({"team": [f'Invalid pk "{request.POST["team"]}" - object does not exist.']}, status=400)
    return HttpResponse("done")


def of_a_model(request: HttpRequest) -> HttpResponse:
    """Want a model in two keys of the query, and say so in plain words."""
    for name in ("app_name", "model_name"):
        if name not in dict(request.GET):
            return JsonResponse({"detail": f"{name.replace('_', ' ')} must be provided"}, status=400)
    return HttpResponse("found")


def asked(request: HttpRequest) -> JsonResponse:
    """Take questions of GraphQL, which nothing but its answer tells."""
    data = request.GET if request.method == "GET" else json.loads(request.body or b"{}")
    if (text := data.get("q" + "uery")) != "{ __typename }":
        said = "Must provide query string." if not text else f"Syntax Error: Unexpected Name '{text}'."
        return JsonResponse({"errors": [{"message": said}]}, status=400)
    return JsonResponse({"data": {"__typename": "Query"}})


@require_GET
def behind(request: HttpRequest, word: str) -> HttpResponse:
    """Answer as where the service behind it is down."""
    note_outgoing(f"{UNANSWERED}localhost:8001")
    return HttpResponse(word, status=503)


@require_GET
def outdated(request: HttpRequest, word: str) -> HttpResponse:
    """Break before any value is looked at."""
    return HttpResponse(word if request.is_ajax() else "")  # type: ignore[attr-defined]


@require_GET
def shut(request: HttpRequest, word: str) -> HttpResponse:
    """Let one user in, and fail for them."""
    if request.COOKIES.get("who") != "two":
        raise PermissionDenied
    return HttpResponse(word, status=503)


def applied(request: HttpRequest) -> HttpResponse:
    """Ask for a name, and behind that for a town, at which it fails where there are rows."""
    if request.POST.get("town"):
        if ROWS:
            raise RuntimeError("the last step fails")
        return HttpResponseRedirect("/rows/")
    asked = "town" if request.POST.get("name") else "name"
    back = '<button name="goto" value="0">Back</button>'
    return HttpResponse(f'<form method="post">{back}<input name="{asked}" required><button>Next</button></form>')


def renamed(request: HttpRequest) -> HttpResponse:
    """Take a name, and break without one, as a column that must not be empty does."""
    name = request.POST.get("name")
    ROWS[0] = {"name": name.strip()}  # type: ignore[union-attr]
    return HttpResponse("renamed")


urlpatterns = [
    path("renamed/", renamed),
    path("applied/", applied),
    path("asked/", asked),
    path("for-scripts/", for_scripts),
    path("registered/", registered),
    path("numbered/", numbered),
    path("numbered-for-one/", numbered_for_one),
    path("choosing/", choosing),
    path("of-a-model/", of_a_model),
    path("limited/", limited),
    path("rows/", rows),
    path("rows/<int:number>/", row),
    path("rows/<int:number>/marked/", marked),
    path("new/", new),
    path("letter/", letter),
    path("ticked/", ticked),
    path("drawn/", drawn),
    path("invited/", invited),
    path("keys/", keys),
    path("posted/", posted),
    path("by-body/", several),
    path("tasks/", Tasks.as_view()),
    path("search/", search),
    path("filtered/", filtered),
    path("mine/", mine),
    path("once/", once),
    path("broken/", broken),
    path("forbidden/", forbidden),
    path("slow/", slow),
    path("stream/", stream),
    path("any/<str:word>/", anything),
    path("none/<str:word>/", nothing),
    path("behind/<str:word>/", behind),
    path("outdated/<str:word>/", outdated),
    path("shut/<str:word>/", shut),
    path("typed/", typed),
]
