"""Code for what is left out: it can be imported as it is, and says why it stands there."""

import hmac
import itertools
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from loadaudit.planning.project.registry import REGISTRY, without_effect
from loadaudit.records import Body, BodyField, BodyKind, Exclusion, Identity, Operation, Parameter
from loadaudit.records.plan import NOBODY_CAN
from loadaudit.reporting.stubs import stubs
from tests.analysis.factories import operation

FIELDS = (
    BodyField(name="file", type="file"),
    BodyField(name="kind", type="string", choices=('a"b',)),
    BodyField(name="count", type="integer"),
    BodyField(name="title", type="string"),
)


def written(*entries: tuple[Operation, str]) -> str:
    """Return the stubs of operations that are left out for a reason."""
    exclusions = {one.id: Exclusion(operation_id=one.id, reason=reason) for one, reason in entries}
    return stubs(exclusions, {one.id: one for one, _ in entries})


def page(operation_id: str, *names: str, body: Body | None = None) -> Operation:
    """Return an operation with parameters."""
    parameters = tuple(Parameter(name=name, converter="str") for name in names)
    return operation(operation_id, name="shop:order", parameters=parameters, body=body or Body())


@pytest.fixture
def imported() -> object:
    """Return a function that runs a module's text."""
    REGISTRY.clear()
    yield lambda text: exec(compile(text, "loadtests.py", "exec"), {})
    REGISTRY.clear()


def test_values_are_asked_for_once_per_view(imported: object) -> None:
    text = written(
        (page("GET /orders/<a>/<b>/", "a", "b"), "no model is known for its parameter 'a'"),
        (page("POST /orders/<a>/<b>/", "a", "b"), "no model is known for its parameter 'a'"),
    )
    imported(text)  # type: ignore[operator]
    assert not REGISTRY.providers, "what is not filled in counts as not there"
    orders = [page("GET /orders/<a>/<b>/", "a", "b")]
    line = text.splitlines().index(next(one for one in text.splitlines() if one.startswith("@provide"))) + 1
    told = [f"loadtests.py:{line}: this stub is not filled in, so it says nothing yet."]
    assert without_effect(REGISTRY, orders) == told
    REGISTRY.clear()
    imported(text.replace("return ...", "return [(1, 2)]"))  # type: ignore[operator]
    assert [(one.names, one.view) for one in REGISTRY.providers] == [(("a", "b"), "shop:order")]
    assert "# GET /orders/<a>/<b>/" in text
    assert "# no model is known for its parameter 'a'" in text


def test_a_body_with_its_fields(imported: object) -> None:
    body = Body(kind=BodyKind.MULTIPART, fields=FIELDS)
    imported(written((page("POST /orders/", body=body), "tried 4 times, the best answer: 400: {}")))  # type: ignore[operator]
    (declared,) = REGISTRY.bodies
    made = declared.source(None)
    assert (declared.method, declared.form) == ("POST", True)
    assert (made["kind"], made["count"], made["file"][0]) == ('a"b', 1, "file.txt")


@pytest.mark.parametrize("reason", ["tried once, the best answer: 405", "tried once, the best answer: 405: {}"])
def test_what_no_word_helps_is_left_out(reason: str) -> None:
    assert written((page("POST /orders/"), reason)) == ""
    assert written() == ""


def test_rows_of_a_known_model_are_ready_to_be_used(imported: object) -> None:
    """What a person changes is which of them, and not how they are read."""
    order = operation(
        "GET /groups/<pk>/",
        name="groups",
        parameters=(Parameter(name="pk", converter="int", model="auth.Group", model_field="pk"),),
        body=Body(),
    )
    text = written((order, "tried 2 times, the best answer: 404"))
    imported(text)  # type: ignore[operator]
    rows = 'apps.get_model("auth.Group").objects.values_list("pk", flat=True)[:10]'
    assert f"return {rows}  # TODO" in text
    assert list(REGISTRY.providers[0].source(None).query.values_select) == ["pk"]


def test_what_wants_another_request_first_is_a_scenario(imported: object) -> None:
    """Until it is filled in it sends nothing; then it sends the operation behind the others."""
    text = written((page("GET /orders/<a>/", "a"), "tried once, the best answer: 409; a @scenario sends both in order"))
    imported(text)  # type: ignore[operator]
    (flow,) = REGISTRY.scenarios
    assert flow.function(None) is None
    assert 'user.get("shop:order", {"a": None})' in text


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        (BodyKind.FORM, {"data": {"count": 1, "title": "text"}}),
        (BodyKind.MULTIPART, {"data": {"count": 1, "title": "text"}, "files": {"file": "file.txt"}}),
        (BodyKind.JSON, {"json": {"count": 1, "title": "text"}}),
        (BodyKind.OTHER, {"data": b""}),
        (BodyKind.NONE, {}),
    ],
)
def test_a_scenario_sends_what_its_operation_takes_as_who_may(
    imported: object, kind: BodyKind, sent: dict[str, object]
) -> None:
    """A form as a form, its files apart, with the fields that are known."""
    wanted = [one for one in FIELDS if one.name in ("count", "title") or (one.name == "file" and "files" in sent)]
    order = page("POST /orders/", body=Body(kind=kind, fields=tuple(wanted)))
    exclusion = Exclusion(operation_id=order.id, reason="tried once: 409; a @scenario sends both in order")
    text = stubs({order.id: exclusion}, {order.id: order}, {order.id: "Manager"})
    imported(text.replace("    return", "    # "))  # type: ignore[operator]
    (flow,) = REGISTRY.scenarios
    assert flow.role == "Manager"
    found: list[dict[str, Any]] = []
    flow.function(SimpleNamespace(post=lambda view, **options: found.append(options)))
    (options,) = found
    for values in (options.get("data"), options.get("json")):
        if isinstance(values, dict):
            values["title"] = str(values["title"]).partition("-")[0]
    assert {**options, **({"files": {"file": options["files"]["file"][0]}} if "files" in options else {})} == sent


def test_what_is_signed_is_a_scenario_that_signs(imported: object) -> None:
    """With the fields that its body is known to have."""
    reason = "tried twice: 403: no; its code checks a signature in the header X-Hub-Sum, which …: a @scenario signs it"
    body = Body(kind=BodyKind.JSON, fields=(BodyField(name="event", type="integer"),))
    text = written((operation("POST /hook/", name="hook", body=body), reason))
    imported(text.replace("    return", "    # "))  # type: ignore[operator]
    (flow,) = REGISTRY.scenarios
    sent: list[object] = []
    flow.function(SimpleNamespace(post=lambda view, **options: sent.append((view, options))))
    signature = hmac.digest(b"the secret", b'{"event": 1}', "sha256").hex()
    headers = {"X-Hub-Sum": signature, "Content-Type": "application/json"}
    assert sent == [("hook", {"data": b'{"event": 1}', "headers": headers})]


def test_stubs_of_all_kinds_run_as_they_are(tmp_path: Path, imported: object) -> None:
    """Written into a loadtests.py of their own, for awkward routes and each kind of reason."""
    routes = ("GET /a/", "POST /a b/<x>/", "PUT /<path:rest>", "PATCH /ü/<1>/<2>/", 'HEAD /q"/<x>/', "DELETE /<x>/ #2")
    kinds = ("no model is known", "tried twice, the best answer: 400", "tried once: 409; a @scenario sends both")
    entries = []
    for number, (id_, reason) in enumerate(itertools.product(routes, kinds)):
        names = re.findall(r"<(?:\w+:)?(\w+)>", id_)
        parameters = tuple(Parameter(name=name, converter="str") for name in names)
        body = Body(kind=BodyKind.JSON, fields=FIELDS)
        one = operation(f"{id_}{number}/", name=f"v{number}", parameters=parameters, body=body)
        entries.append((one, reason))
    module = tmp_path / "loadtests.py"
    module.write_text(written(*entries))
    imported(module.read_text())  # type: ignore[operator]
    assert not REGISTRY.providers
    REGISTRY.clear()
    imported(module.read_text().replace("return ...", "return []"))  # type: ignore[operator]
    nobody = Identity(role="anonymous")
    assert all(isinstance(one.source(nobody), dict) for one in REGISTRY.bodies)
    assert all(one.source(nobody) == [] for one in REGISTRY.providers)
    assert all(one.function(None) is None for one in REGISTRY.scenarios)
    assert all((REGISTRY.bodies, REGISTRY.providers, REGISTRY.scenarios))
    assert without_effect(REGISTRY, [one for one, _ in entries]) == []


def test_a_row_that_was_not_found_wants_a_value_and_a_write_a_body() -> None:
    tried = "tried 2 times, the best answer: 404"
    assert "@provide" in written((page("GET /orders/<a>/", "a"), tried))
    assert "@body" in written((page("PUT /orders/<a>/", "a"), tried))


def test_a_write_whose_reason_asks_for_values_alone_wants_no_body() -> None:
    """What provide() is to name is what its stub begins with."""
    reason = "tried 6 times, the best answer: 404: x; the view finds none of them: provide() names there what may go"
    text = written((page("POST /orders/<pk>/wipe/", "pk"), reason))
    assert '@provide("pk", view="shop:order")' in text
    assert "@body" not in text


def test_what_nobody_can_make_succeed_is_excluded(imported: object) -> None:
    """Nothing that a person fills in would help."""
    text = written((page("PUT /orders/"), f"tried once: 200; {NOBODY_CAN}Django reads no PUT; leave it out"))
    imported(text)  # type: ignore[operator]
    assert [(one.view, one.because) for one in REGISTRY.excludes] == [("PUT /orders/", "Django reads no PUT")]
    assert not REGISTRY.bodies


@pytest.mark.django_db
def test_a_body_says_what_is_known_of_its_fields(imported: object) -> None:
    """A list of objects, rows of their models, limits, examples and kinds."""
    lines = (BodyField(name="amount", type="integer", minimum=100.0), BodyField(name="tags", type="string", many=True))
    fields = (
        BodyField(name="lines", type="object", many=True, fields=lines),
        BodyField(name="group", type="integer", model="auth.Group", model_field="pk"),
        BodyField(name="mail", type="email"),
        BodyField(name="born", type="date", example="1980-05-05"),
        BodyField(name="plate", type="string", pattern="^[A-Z]{2}$"),
    )
    body = Body(kind=BodyKind.JSON, fields=fields, many=True)
    text = written((page("POST /orders/", body=body), "tried once: 400"))
    imported(text)  # type: ignore[operator]
    (made,) = REGISTRY.bodies[0].source(None)
    assert made["lines"][0]["amount"] == 100
    assert isinstance(made["lines"][0]["tags"], list)
    assert (made["group"], made["born"]) == (None, "1980-05-05")
    assert "@" in made["mail"]
    assert "# has to fit ^[A-Z]{2}$" in text
