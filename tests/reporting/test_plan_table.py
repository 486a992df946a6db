"""The preflight's table says of each operation whether it works, with what, or why not."""

from dataclasses import replace
from io import StringIO

from rich.console import Console

from loadaudit.load.words import Words
from loadaudit.records import (
    NOBODY_CAN,
    NOT_SELECTED,
    BodyKind,
    Exclusion,
    Lane,
    Outcome,
    Pair,
    Payload,
    Plan,
    PlannedPath,
    PlannedRequest,
    Tried,
)
from loadaudit.reporting.plan_table import print_plan, summary


def tried(operation_id: str, outcome: Outcome = Outcome.OK, **changes: object) -> Tried:
    """Return what came of an operation."""
    facts = {"role": "user", "path": "/", "tries": 1, "value_origin": "", "payload_origin": "", "detail": ""}
    return Tried(operation_id=operation_id, outcome=outcome, **(facts | changes))  # type: ignore[arg-type]


def shown(*results: Tried, exclusions: tuple[Exclusion, ...] = (), width: int = 160) -> str:
    """Return what a terminal shows."""
    plan = Plan(requests=(), exclusions=exclusions, identities=(), users=1, duration_s=None, tried=results)
    stream = StringIO()
    print_plan(plan, Console(file=stream, width=width))
    return stream.getvalue()


def planned(operation_id: str, paths: tuple[PlannedPath, ...], payload: Payload | None = None) -> PlannedRequest:
    """Return a request of the plan."""
    method = operation_id.partition(" ")[0]
    return PlannedRequest(operation_id=operation_id, method=method, paths=paths, role="user", payload=payload)


def test_each_operation_works_works_with_or_does_not_because() -> None:
    results = (
        tried("GET /a/"),
        tried("POST /b/", value_origin="row of shop.Order", payload_origin="the form of its page"),
        tried("GET /c/", Outcome.SERVER_ERROR, detail="500: KeyError: 'x'"),
    )
    text = shown(*results)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert lines[lines.index("works POST /b/ user 1") + 1] == "with row of shop.Order, the form of its page"
    assert lines[lines.index("does not GET /c/ user 1") + 1] == "because: 500: KeyError: 'x'"
    assert "2 of 3 work" in text
    assert max(map(len, shown(*results, width=80).splitlines())) <= 80


def test_a_reason_is_shown_once() -> None:
    """What was tried stands in the table; what was not, in the list of what is left out."""
    text = shown(
        tried("GET /c/", Outcome.NOT_FOUND, detail="404"),
        exclusions=(
            Exclusion(operation_id="GET /c/", reason="tried once, 404; add a row"),
            Exclusion(operation_id="GET /d/", reason="no row of shop.Order"),
        ),
    )
    assert " ".join(text.split()).count("GET /c/") == 1
    assert "because: tried once, 404; add a row" in text
    assert text.index("GET /d/") < text.index("Preflight")


def test_what_nobody_can_make_succeed_is_told_at_once() -> None:
    """One line of reason for all of them, and none for each; a single one stands in the table as others do."""
    ids = [f"PUT /{name}/" for name in "abc"]
    why = f"tried once, 200: shop.forms.OrderForm: name (required); {NOBODY_CAN}the view reads a form"
    results = [tried(one, Outcome.INVALID) for one in ids]
    text = shown(*results, exclusions=tuple(Exclusion(operation_id=one, reason=why) for one in ids))
    assert (
        "PUT /a/, PUT /b/, PUT /c/\n      none of these 3 can succeed, whatever is sent: the view reads a form" in text
    )
    assert "OrderForm" not in text
    assert "OrderForm" in shown(results[0], exclusions=(Exclusion(operation_id=ids[0], reason=why),))


BODY = Payload(kind=BodyKind.FORM, origin="form of its page")


def test_every_operation_is_counted_once() -> None:
    """A login and what works once are in neither the load nor what is left out, and were missed."""
    plan = Plan(
        requests=(planned("GET /a/", (PlannedPath(path="/a/"),)),),
        exclusions=(Exclusion(operation_id="GET /c/", reason="404"), Exclusion(operation_id="POST /gone/", reason="5")),
        identities=(),
        users=1,
        duration_s=None,
        after_load=("POST /gone/", "POST /delete/"),
        alone=(
            replace(
                planned("POST /delete/", (PlannedPath(path="/delete/", origin="row of a.B"),), BODY), lane=Lane.ALONE
            ),
            replace(planned("POST /login/", ()), lane=Lane.ALONE),
        ),
        tried=(
            tried("GET /a/"),
            tried("POST /login/"),
            tried("GET /c/", Outcome.NOT_FOUND),
            tried("POST /delete/"),
            tried("POST /gone/", Outcome.NOT_FOUND),
        ),
    )
    assert summary(plan).startswith("1 operation planned, 2 sent alone only, 2 left out")
    stream = StringIO()
    print_plan(plan, Console(file=stream, width=160))
    text = stream.getvalue()
    shown = [" ".join(line.split()) for line in text.splitlines()]
    at = shown.index("POST /delete/ user alone once")
    assert shown[at + 1] == "/delete/; row of a.B; body: form of its page"
    assert text.index("works only once or logs in") < text.index("/login/") < text.index("Left out, and why")
    assert "2 operations that were tried and do not work" in text


def test_what_a_preflight_will_try_is_not_left_out_before_it() -> None:
    """Of what is held back on purpose it is known, and for what the project gives nothing else stands in."""
    plan = Plan(
        requests=(),
        exclusions=(
            Exclusion(operation_id="GET /a/<pk>/", reason="no row of shop.Order"),
            Exclusion(operation_id="POST /b/", reason="it writes", held_back=True),
            Exclusion(operation_id="GET /c/<pk>/", reason="the provider raised", declared=True),
            Exclusion(operation_id="GET /unasked/", reason=NOT_SELECTED, held_back=True),
        ),
        identities=(),
        users=1,
        duration_s=None,
    )
    stream = StringIO()
    print_plan(plan, Console(file=stream, width=160), before_preflight=True)
    text = stream.getvalue()
    places = [text.index(one) for one in ("Left to the preflight", "GET /a/", "Left out", "POST /b/")]
    assert places == sorted(places)
    assert text.index("Left out") < text.index("GET /c/")
    assert "0 operations planned, 1 not known before the preflight, 3 left out" in text
    assert "GET /unasked/" not in text
    assert "1 operation left out by --only or --exclude" in text


def test_values_and_bodies_stand_below_their_request() -> None:
    """Where nothing is to tell, nothing does; a route breaks at a slash, and no line is wider than the terminal."""
    order = "/a/shop/of/many/words/orders/7/"
    requests = (
        planned("GET /about/", (PlannedPath(path="/about/", origin="no parameters"),)),
        planned(
            "POST /a/shop/of/many/words/orders/<int:order_id>/lines/",
            (PlannedPath(path=order, origin="row of shop.Order"), PlannedPath(path=order, origin="row of shop.Order")),
            Payload(kind=BodyKind.FORM, origin="the form of its page"),
        ),
        replace(planned("PUT /z/", ()), kept_because="it stays in the load: 500"),
    )
    plan = Plan(requests=requests, exclusions=(), identities=(), users=1, duration_s=None)
    stream = StringIO()
    print_plan(plan, Console(file=stream, width=60))
    lines = stream.getvalue().splitlines()
    assert lines[2].split() == ["GET", "/about/", "user", "light", "1"]
    assert lines[3].split() == ["POST", "/a/shop/of/many/words/orders/", "user", "light", "1"]
    below = " ".join(" ".join(lines[5:7]).split())
    assert below == f"{order} and 1 more; row of shop.Order; body: the form of its page"
    assert lines[8].strip() == "it stays in the load: 500"
    assert max(map(len, lines)) <= 60


def test_operations_whose_values_may_run_out_are_told_beforehand() -> None:
    few, many = (Words(parts=(("0", "1"),) * power, key=str(power)).mark for power in (5, 20))
    both = Payload(kind=BodyKind.FORM, pairs=(Pair(name="row", value=few), Pair(name="code", value=many)))
    requests = tuple(planned(f"POST /{name}/", (), both) for name in ("b", "a"))
    stream = StringIO()
    plan = Plan(requests=requests, exclusions=(), identities=(), users=1, duration_s=None)
    print_plan(plan, Console(file=stream, width=160))
    assert stream.getvalue().count("in all that no row has yet") == 1
    assert "POST /a/, POST /b/: values for 30 requests in all" in stream.getvalue()
