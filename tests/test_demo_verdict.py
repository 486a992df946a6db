"""The judge of the demo's run: planted flaws found, missed, not met, and wrong accusations."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.demo.flaws import FLAWS, POSTGRESQL, SQLITE, Flaw
from tests.demo.verdict import judge

READS = [flaw for flaw in FLAWS if not flaw.exclusive and all(one.startswith("GET ") for one in flaw.operations)]


def finding(flaw: Flaw, *, severity: str = "warning") -> Mapping[str, Any]:
    """Return a finding as the JSON of `diff` has it."""
    return {"code": flaw.finding, "severity": severity, "operations": list(flaw.operations)}


def document(
    findings: Sequence[Mapping[str, Any]], *, sent: Sequence[str] | None = None, **totals: int
) -> Mapping[str, Any]:
    """Return a run in which all reading operations with a planted flaw were sent."""
    operations = [one for flaw in FLAWS for one in flaw.operations]
    reads = [one for one in operations if one.startswith("GET ")] if sent is None else sent
    return {
        "run": {"finish_reason": "completed"},
        "totals": {"operations": 100, "excluded": 40, "attempted": 60, "succeeded": 58} | totals,
        "operations": [{"id": one, "requests": 20 if one in reads else 0} for one in operations],
        "findings": list(findings),
    }


def test_all_planted_reads_found_is_the_planted_verdict() -> None:
    """Everything that the run could meet was found, and nothing else."""
    verdict = judge(document([finding(flaw) for flaw in READS]))
    assert verdict.holds
    assert set(verdict.found) == set(READS)


def test_a_missed_flaw_does_not_hold() -> None:
    """A planted flaw whose operation was sent and that was not found is missed."""
    verdict = judge(document([finding(flaw) for flaw in READS[1:]]))
    assert verdict.missed == (READS[0],)
    assert not verdict.holds


def test_an_info_is_not_an_accusation() -> None:
    """A finding of severity info neither finds a flaw nor accuses anybody."""
    verdict = judge(document([finding(flaw, severity="info") for flaw in READS]))
    assert not verdict.found
    assert not verdict.accused


def test_a_finding_where_nothing_was_planted_does_not_hold() -> None:
    """The right code at the wrong operation is an accusation."""
    wrong = {"code": READS[0].finding, "severity": "high", "operations": ["GET /about/"]}
    verdict = judge(document([*(finding(flaw) for flaw in READS), wrong]))
    assert verdict.accused == (f"{READS[0].finding} at GET /about/",)
    assert not verdict.holds


def test_a_flaw_that_was_not_sent_is_not_met() -> None:
    """A flaw whose operations were left out of the run is neither found nor missed."""
    verdict = judge(document([], sent=[]))
    assert not verdict.missed
    assert READS[0] in verdict.not_exercised


def test_a_flaw_that_the_database_cannot_have_is_not_expected() -> None:
    """Row locks and two-row deadlocks are PostgreSQL's."""
    names = {SQLITE: set[str](), POSTGRESQL: set[str]()}
    for database, found in names.items():
        verdict = judge(document([]), database=database)
        found.update(flaw.name for flaw in (*verdict.missed, *verdict.not_exercised))
    assert names[POSTGRESQL] - names[SQLITE] == {"row_lock", "deadlock"}


def test_an_interrupted_run_does_not_hold() -> None:
    """Only a completed run can have the planted verdict."""
    made = dict(document([finding(flaw) for flaw in READS])) | {"run": {"finish_reason": "interrupted"}}
    assert judge(made).problems == ("the run ended: interrupted",)


def test_a_run_that_planned_hardly_anything_does_not_hold() -> None:
    """More than half of the operations left out is a problem."""
    assert judge(document([finding(flaw) for flaw in READS], excluded=60)).problems
