"""Bodies of other types than forms and JSON: the type that is asked for, as the code reads it, and parts of uploads."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST
from rest_framework import serializers
from rest_framework.parsers import BaseParser, FileUploadParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from loadaudit.planning.preflight import upload_headers
from tests.planning.preflight.conftest import staged

UPLOADED: dict[str, int] = {}
SIZE = 20


@csrf_exempt
@require_POST
def by_answer(request: HttpRequest) -> HttpResponse:
    """Say what is taken in a header alone, and read a table."""
    if request.content_type != "text/csv":
        return HttpResponse(status=415, headers={"Accept": "text/csv"})
    reader = csv.DictReader(io.StringIO(request.body.decode()))
    if {"sensor", "value"} - set(reader.fieldnames or ()):
        return JsonResponse({"error": "no"}, status=400)
    return JsonResponse({"read": [float(row["value"]) for row in reader]}, status=201)


@csrf_exempt
@require_POST
def by_code(request: HttpRequest) -> HttpResponse:
    """Say nothing at all; the type is looked for by a part of its name."""
    if "xml" not in str(request.content_type):
        return HttpResponse(status=415)
    root = ET.fromstring(request.body)
    if root.tag != "reading" or not root.findtext("sensor"):
        return HttpResponse(status=422)
    return HttpResponse(str(float(root.findtext("value") or "no")), status=201)


@csrf_exempt
@require_http_methods(["PATCH"])
def merged(request: HttpRequest) -> HttpResponse:
    """Take JSON by another name."""
    if request.content_type not in ("application/merge-patch+json", "application/json-seq"):
        return JsonResponse({"error": "Use application/merge-patch+json"}, status=415)
    return HttpResponse(status=204 if "name" in json.loads(request.body) else 400)


class Lines(BaseParser):
    """Lines of JSON."""

    media_type = "application/x-ndjson"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """Read them."""
        return [json.loads(line) for line in stream]


class Row(serializers.Serializer[Any]):
    """A row of a sensor."""

    sensor = serializers.CharField()
    value = serializers.FloatField()


class Rows(APIView):
    """Takes rows by a parser of its own."""

    authentication_classes = ()
    permission_classes = ()
    parser_classes = (Lines,)

    def post(self, request: Request) -> Response:
        """Take them."""
        rows = Row(data=request.data, many=True)
        rows.is_valid(raise_exception=True)
        return Response(status=201)


class Named(APIView):
    """Takes a file whose name stands in a header."""

    authentication_classes = ()
    permission_classes = ()
    parser_classes = (FileUploadParser,)

    def post(self, request: Request) -> Response:
        """Take tables alone."""
        file: Any = dict(request.data)["file"]
        return Response(status=201 if file.name.endswith(".csv") else 400)


@csrf_exempt
@require_http_methods(["PUT"])
def ranged(request: HttpRequest) -> HttpResponse:
    """Take the part that is to come."""
    header = request.META.get("HTTP_CONTENT_RANGE")
    if not header:
        return JsonResponse({"error": "a range is needed"}, status=400)
    span, _, total = header.partition(" ")[2].partition("/")
    first, last = map(int, span.split("-"))
    if first != UPLOADED.get("ranged", 0):
        return JsonResponse({"error": "wrong", "received": UPLOADED["ranged"]}, status=409)
    right = int(total) == SIZE and last - first + 1 == len(request.body)
    UPLOADED["ranged"] = last + 1
    return HttpResponse(status=200 if right else 400)


@csrf_exempt
@require_POST
def begun(request: HttpRequest) -> HttpResponse:
    """Begin an upload as tus does."""
    if request.headers.get("Tus-Resumable") != "1.0.0":
        return HttpResponse(status=412)
    return HttpResponse(status=201 if int(request.headers["Upload-Length"]) > 0 else 400)


@csrf_exempt
@require_http_methods(["PATCH"])
def continued(request: HttpRequest) -> HttpResponse:
    """Go on with it: the type comes first."""
    if request.content_type != "application/offset+octet-stream":
        return HttpResponse(status=415)
    return HttpResponse(status=204 if int(request.META["HTTP_UPLOAD_OFFSET"]) == 3 and request.body else 409)


urlpatterns = [
    path("table/", by_answer),
    path("tree/", by_code),
    path("merge/", merged),
    path("rows/", Rows.as_view()),
    path("named/", Named.as_view()),
    path("ranged/", ranged),
    path("begun/", begun),
    path("continued/", continued),
]


def test_bodies_of_other_types_are_made(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the answer, by parsers and by code; a part begins where its row says, which is asked of the database."""
    columns = {"/ranged/": [("received", 4), ("size", SIZE)], "/continued/": [("offset", 3), ("length", SIZE)]}
    monkeypatch.setattr(upload_headers, "_columns", lambda operation, at: columns.get(at, ()))
    UPLOADED["ranged"] = 7
    with staged(settings, __name__) as stage:
        trials = stage.run()
    assert {id_: trial.works for id_, trial in trials.items()} == dict.fromkeys(trials, True)
    assert len(trials) == len(urlpatterns)
    best = trials["PUT /ranged/"].best
    assert best is not None
    assert best.path.headers == (f"Content-Range: bytes 7-{SIZE - 1}/{SIZE}",)
