"""Which thresholds are refused, and which fail a run."""

from dataclasses import replace

import pytest

from loadaudit.audit.thresholds import check_scopes, is_failed
from loadaudit.errors import UsageError
from loadaudit.records import Criterion, Verdict, parse_threshold
from tests.analysis.factories import PAGE, operation

OPERATIONS = [operation(PAGE), operation("POST /save/", category="Write")]


@pytest.mark.parametrize(
    "text", ["p99 < 2s", f"p95[{PAGE}] < 1s", "coverage[write] > 1%", "max[heavy] < 1s", "findings[LA301] == 0"]
)
def test_what_the_project_has_is_accepted(text: str) -> None:
    """Operations, categories in any case, the heavy lane, codes and severities."""
    check_scopes([text], OPERATIONS)


@pytest.mark.parametrize(
    ("text", "hint"),
    [("coverage[Wrte] > 1%", "'Write'"), ("p95[GET /project/] < 1s", PAGE), ("findings[LA709] == 0", "LA701")],
)
def test_what_could_never_fail_is_refused(text: str, hint: str) -> None:
    """A typing error in the brackets would be a gate that lets everything through."""
    with pytest.raises(UsageError) as caught:
        check_scopes([text], OPERATIONS)
    assert hint in caught.value.hint


def test_only_declared_limits_fail_a_run() -> None:
    """`check` asks for all of them, and `strict` for data."""
    made = Criterion(threshold=parse_threshold("p99 < 2s"), verdict=Verdict.FAILED, declared=False)
    assert not is_failed([made], declared_only=True, strict=False)
    assert is_failed([made], declared_only=False, strict=False)
    unknown = replace(made, verdict=Verdict.NOT_ENOUGH_DATA, declared=True)
    assert not is_failed([unknown], declared_only=True, strict=False)
    assert is_failed([unknown], declared_only=True, strict=True)
