"""What a project declares in its loadtests modules, and what is made of it."""

import io
import json
from collections.abc import Iterator
from functools import partial, wraps
from pathlib import Path
from typing import Any

import pytest

from loadaudit.planning.project.registry import REGISTRY, short, without_effect
from loadaudit.planning.project.sources import (
    MOST_VALUES,
    DeclaredError,
    declared_payload,
    excluded_because,
    provided,
    providers_for,
)
from loadaudit.planning.project.views_named import unknown_views_sent
from loadaudit.records import Body, BodyField, BodyKind, Identity, Operation, Pair, Parameter
from loadaudit.scenarios import body, exclude, on_login, provide, scenario, unique
from tests.analysis.factories import operation
from tests.demo.accounts.models import User
from tests.demo.projects.models import Project

OWNER = Identity(role="owner", username="anna", user_id="7")

HERE = "tests/planning/project/test_project.py:"


@pytest.fixture(autouse=True)
def empty_registry() -> Iterator[None]:
    """Every test declares for itself."""
    REGISTRY.clear()
    yield
    REGISTRY.clear()


def page(*names: str, **changes: Any) -> Operation:
    """Return an operation with parameters of these names."""
    parameters = tuple(Parameter(name=name, converter="int") for name in names)
    return operation("POST /shop/<int:a>/", name="shop:order", parameters=parameters, **changes)


def values(*names: str) -> list[Any]:
    """Return what the only provider of an operation gives."""
    (provider,) = providers_for(page(*names))
    return list(provided(provider, OWNER))


class TestProviders:
    """Values for parameters."""

    @pytest.mark.parametrize("value", [object(), print, lambda: 1, {"a": 1}])
    def test_what_no_address_can_hold_is_an_error(self, value: object) -> None:
        """Its place in memory would be sent, and planned as if it were a value."""
        provide("a", [value])
        with pytest.raises(DeclaredError, match=rf"{HERE}\d+ yields .*no address can hold"):
            values("a")

    @pytest.mark.parametrize("source", [[1, 2], (1, 2), lambda: [1, 2], lambda: iter((1, 2)), lambda who: [1, 2]])
    def test_any_iterable_or_function_of_one(self, source: Any) -> None:
        provide("a", source)
        assert values("a") == [{"a": 1}, {"a": 2}]

    @pytest.mark.parametrize("source", [5, "5", lambda: "5"])
    def test_a_single_value(self, source: Any) -> None:
        provide("a", source)
        assert [str(one["a"]) for one in values("a")] == ["5"]

    def test_a_function_gets_the_identity(self) -> None:
        provide("a", lambda identity: [identity.username])
        assert values("a") == [{"a": "anna"}]

    def test_values_that_belong_together(self) -> None:
        provide(("a", "b"), [(1, 10), (2, 20)])
        assert values("a", "b") == [{"a": 1, "b": 10}, {"a": 2, "b": 20}]

    def test_as_a_decorator(self) -> None:
        @provide("a")
        def keys() -> list[int]:
            return [3]

        assert values("a") == [{"a": 3}]
        assert keys() == [3]

    def test_one_for_the_view_goes_first(self) -> None:
        provide("a", [1])
        provide("a", [2], view="shop:order")
        provide("a", [3], view="shop:other")
        assert values("a") == [{"a": 2}]

    def test_no_more_than_needed_is_taken(self) -> None:
        provide("a", lambda: iter(int, 1))
        assert len(values("a")) == MOST_VALUES

    def test_a_row_is_its_key(self) -> None:
        from tests.demo.projects.models import Project

        provide("a", lambda: Project(pk=9))
        assert values("a") == [{"a": 9}]

    @pytest.mark.parametrize("source", [lambda: None, lambda: [], [None][:0]])
    def test_no_value_is_an_error_with_its_place(self, source: Any) -> None:
        provide("a", source)
        with pytest.raises(DeclaredError, match=f"{HERE}.* yields no value for owner"):
            values("a")

    def test_what_raises_is_named_with_its_place(self) -> None:
        def broken() -> Iterator[int]:
            yield 1
            raise KeyError("x")

        provide("a", broken)
        with pytest.raises(DeclaredError, match=f"provider of a at {HERE}.*KeyError: 'x'"):
            values("a")

    def test_tuples_of_the_wrong_length(self) -> None:
        provide(("a", "b"), [(1, 2, 3)])
        with pytest.raises(DeclaredError, match="expected a tuple"):
            values("a", "b")

    @pytest.mark.parametrize("name", ["", (), ("a", "")])
    def test_a_name_is_needed(self, name: Any) -> None:
        with pytest.raises(TypeError, match="name of a parameter"):
            provide(name, [1])


class TestBodies:
    """Bodies of requests."""

    def test_json_unless_the_view_takes_forms(self) -> None:
        body("shop:order", {"sku": f"A-{unique}", "n": 2})
        made = declared_payload(page("a"), OWNER)
        assert made is not None
        assert (made.kind, json.loads(made.document)) == (BodyKind.JSON, {"sku": f"A-{unique}", "n": 2})
        form = page("a", body=Body(kind=BodyKind.FORM, fields=(BodyField(name="sku"),)))
        made = declared_payload(form, OWNER)
        assert made is not None
        assert (made.kind, made.pairs[1]) == (BodyKind.FORM, Pair(name="n", value="2"))

    def test_rows_stand_for_their_keys(self) -> None:
        """Wherever they are in it."""
        body("shop:order", lambda: {"owner": User(pk=7), "rows": [{"project": Project(pk=3)}], "n": (1,)})
        made = declared_payload(page("a"), OWNER)
        assert made is not None
        assert json.loads(made.document) == {"owner": 7, "rows": [{"project": 3}], "n": [1]}

    def test_a_function_a_list_and_the_method(self) -> None:
        body("shop:order", lambda who: [who.username], method="post")
        made = declared_payload(page("a"), OWNER)
        assert made is not None
        assert made.document == '["anna"]'
        assert declared_payload(operation("PUT /shop/", name="shop:order"), OWNER) is None

    @pytest.mark.parametrize("content", [io.BytesIO(b"a,b"), b"a,b", Path(__file__)], ids=["open", "content", "path"])
    @pytest.mark.parametrize("many", [False, True])
    def test_files(self, content: object, many: bool) -> None:
        file = ("plan.csv", content, "text/csv")
        body("shop:order", {"n": 1, "plan": [file, file] if many else file})
        made = declared_payload(page("a"), OWNER)
        assert made is not None
        assert [(one.filename, one.content_type) for one in made.uploads] == [("plan.csv", "text/csv")] * (1 + many)
        assert (made.kind, made.pairs) == (BodyKind.MULTIPART, (Pair(name="n", value="1"),))

    def test_nobody_waits_for_a_coroutine(self) -> None:
        async def later() -> dict[str, int]:
            return {}

        body("shop:order", later)
        with pytest.raises(DeclaredError, match="write it without async"):
            declared_payload(page("a"), OWNER)

    @pytest.mark.parametrize(("source", "form"), [("text", None), ([1], True), (7, None)])
    def test_what_is_no_body(self, source: Any, form: bool | None) -> None:
        body("shop:order", source, form=form)
        with pytest.raises(DeclaredError, match=f"{HERE}.*must be a dictionary"):
            declared_payload(page("a"), OWNER)


@pytest.mark.parametrize("text", ["shop:order", "/shop/<int:a>/", "POST /shop/<int:a>/", "projects.views.page"])
def test_a_view_has_four_names(text: str) -> None:
    exclude(text, because="no sandbox")
    assert excluded_because(page("a")).endswith(": no sandbox")


def test_exclude_wants_a_reason() -> None:
    with pytest.raises(ValueError, match="because"):
        exclude("shop:order", because=" ")


def test_names_that_the_project_does_not_have() -> None:
    """Each is a sentence with its place, and the rest goes on."""
    exclude("shop:oder", because="typo")
    provide("b", [1])
    provide("a", [1])
    found = without_effect(REGISTRY, [page("a")])
    assert [one.partition(" ")[2] for one in found] == [
        "no operation has the name, route or view 'shop:oder', so this has no effect.",
        "no route has a parameter 'b', so this has no effect.",
    ]


def test_names_that_a_scenario_sends_to_in_vain() -> None:
    """They are read, not run; what is known, and what only a run can tell, have nothing said of them."""

    @scenario
    def typing_error(user: Any) -> None:
        user.get("health:live")
        user.poll("projects:lsit")
        user.request("POST", view="nowhere:at-all")
        user.get("/some/path/?page=1")
        user.get("/health/live")
        user.get("/static/site.css")
        user.get(user.data["view"])
        other: dict[str, int] = {}
        other.get("no view at all")

    line = typing_error.__code__.co_firstlineno
    on_login(lambda user: user.post("log-me-in"))
    assert unknown_views_sent(REGISTRY) == [
        f"{HERE}{line + 3}: no view has the URL name 'projects:lsit', so scenario typing_error ends there.",
        f"{HERE}{line + 4}: no view has the URL name 'nowhere:at-all', so scenario typing_error ends there.",
        f"{HERE}{line + 5}: no route leads to '/some/path/?page=1', to which scenario typing_error sends a request.",
        f"{HERE}{line + 13}: no view has the URL name 'log-me-in', so on_login <lambda> ends there.",
    ]


def test_scenarios_and_their_limits() -> None:
    @scenario
    def plain(user: Any) -> None: ...

    @scenario(weight=3, users="staff", max_concurrency=1, timeout_s=5)
    def limited(user: Any) -> None: ...

    on_login(plain)
    assert [(one.name, one.weight, one.role) for one in REGISTRY.scenarios] == [
        ("plain", 1, ""),
        ("limited", 3, "staff"),
    ]
    assert REGISTRY.on_login == [plain]
    for wrong in ({"weight": 0}, {"max_concurrency": 0}, {"timeout_s": 0}):
        with pytest.raises(ValueError, match="of 1 or more"):
            scenario(**wrong)  # type: ignore[call-overload]


def test_places_say_nothing_of_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an installed package the part that can be imported is enough."""
    monkeypatch.setattr("sys.path", ["", str(tmp_path), str(tmp_path / "site-packages")])
    assert short(str(tmp_path / "site-packages" / "shop" / "tests.py")) == "shop/tests.py"
    assert short(str(Path.cwd() / "shop" / "loadtests.py")) == "shop/loadtests.py"
    assert short("/elsewhere/loadtests.py") == "/elsewhere/loadtests.py"


def test_what_is_called_has_a_place_and_a_name() -> None:
    """A class, an object, a partial function and one behind a decorator too, none with where in memory it lies."""

    class Walk:
        """Goes through something when it is made, and when it is called."""

        def __init__(self, who: object = None) -> None:
            """Do nothing."""

        def __call__(self, who: object) -> None:
            """Do nothing."""

    @wraps(Walk.__call__)
    def wrapped(*given: object) -> None:
        pass

    made = [scenario(one) for one in (Walk, Walk(), partial(Walk.__call__, Walk()), wrapped)]
    assert len(made) == len(REGISTRY.scenarios)
    assert [one.name for one in REGISTRY.scenarios] == ["Walk", "Walk", "__call__", "__call__"]
    lines = [Walk.__init__.__code__.co_firstlineno, *[Walk.__call__.__code__.co_firstlineno] * 3]
    assert [one.place for one in REGISTRY.scenarios] == [f"{HERE}{line}" for line in lines]
