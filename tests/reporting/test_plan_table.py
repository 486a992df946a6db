"""The preflight's table says of each operation whether it works, with what, or why not."""

from io import StringIO

from rich.console import Console

from loadaudit.records import Exclusion, Outcome, Plan, Tried
from loadaudit.reporting.plan_table import print_plan


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


def test_each_operation_works_works_with_or_does_not_because() -> None:
    results = (
        tried("GET /a/"),
        tried("POST /b/", value_origin="row of shop.Order", payload_origin="the form of its page"),
        tried("GET /c/", Outcome.SERVER_ERROR, detail="500: KeyError: 'x'"),
    )
    text = shown(*results)
    assert "works with row of shop.Order, the form of its page" in text
    assert "does not, because: 500: KeyError: 'x'" in text
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
    assert text.count("GET /c/") == 1
    assert "because: tried once, 404; add a row" in text
    assert text.index("GET /d/") < text.index("Preflight")
