"""The terminal report at 80 columns and without colour."""

import io
import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from loadaudit.analysis.result import Analysis, CoverageRow, Reason, RunSummary
from loadaudit.planning.build import NEEDS_WRITES
from loadaudit.planning.lanes import with_lanes
from loadaudit.records import (
    NOT_SELECTED,
    Evidence,
    Inventory,
    Lane,
    LeftOut,
    Plan,
    PlannedPath,
    PlannedRequest,
    Problem,
    Risk,
)
from loadaudit.reporting.facts import run_facts
from loadaudit.reporting.inventory_table import print_inventory
from loadaudit.reporting.plan_table import Changes, print_changes, print_plan
from loadaudit.reporting.runs_table import print_runs
from loadaudit.reporting.terminal import print_analysis
from loadaudit.reporting.wording import finding_text
from tests.analysis.factories import USER, analysed, excluded, operation, plan_for, requests, run_info
from tests.load.builders import planned
from tests.reporting.samples import BROKEN, LIST, NASTY, WIPE


def console(width: int = 80, *, colour: bool = False) -> Console:
    """Return a console that writes to memory."""
    return Console(file=io.StringIO(), width=width, no_color=not colour, force_terminal=colour, highlight=False)


def text_of(made: Console) -> str:
    """Return what was printed."""
    assert isinstance(made.file, io.StringIO)
    return made.file.getvalue()


def printed(analysis: Analysis, **options: bool | int | None) -> str:
    """Return the report of an analysis."""
    made = console()
    print_analysis(analysis, made, **options)  # type: ignore[arg-type]
    return text_of(made)


def test_a_long_command_is_broken_so_that_a_shell_takes_it(analysis: Analysis) -> None:
    """Between its arguments, with the mark of a line that goes on."""
    ids = tuple(f"GET /area-{one}/of/the/site/<int:pk>/" for one in range(3))
    model = next(one for one in analysis.findings if " run --only " in finding_text(one).command)
    finding = replace(model, operations=ids)
    text = printed(replace(analysis, findings=(finding,)))
    lines = text[text.index("  $ ") + 4 :].splitlines()
    command = "".join(line.removesuffix("\\") for line in lines[: 1 + sum(one.endswith("\\") for one in lines)])
    assert len(lines) > 1
    assert max(map(len, lines)) <= 80
    assert shlex.split(command) == shlex.split(finding_text(finding).command)


def test_no_line_is_longer_than_80_columns(analysis: Analysis) -> None:
    """It fits the narrowest terminal that people use."""
    assert max(len(line) for line in printed(analysis, infos=True).splitlines()) <= 80


def test_no_escape_codes_without_colour(analysis: Analysis) -> None:
    """A file or a CI log gets plain text."""
    assert "\x1b" not in printed(analysis)


def test_the_coverage_table_has_all_columns(analysis: Analysis) -> None:
    """A row per category, and the total."""
    lines = printed(analysis).splitlines()
    assert lines[0].split() == [
        "Category",
        "Operations",
        "Attempted",
        "Reached",
        "Succeeded",
        "Loaded",
        "Excluded",
        "Coverage",
    ]
    assert next(line for line in lines if line.startswith("Total")).split() == [
        "Total",
        "5",
        "4",
        "3",
        "2",
        "1",
        "1",
        "40",
        "%",
    ]


def test_a_run_that_sent_nothing_says_no_data(empty_analysis: Analysis) -> None:
    """Neither 0 % nor 100 %."""
    text = printed(empty_analysis)
    assert "no data" in text
    assert "0 %" not in text


def test_missed_operations_come_with_their_reason(analysis: Analysis) -> None:
    """The plan's reason for what was left out, counts for what failed."""
    text = printed(analysis)
    assert WIPE in text
    assert "It deletes rows; allow it with --destructive" in text
    assert "5 of 5 requests were redirected to the login page" in text


def test_long_lists_are_cut_with_the_command_for_the_rest(analysis: Analysis) -> None:
    """The rest is one command away."""
    results = tuple(
        replace(result, operation=replace(result.operation, id=f"{result.operation.id}{index}"))
        for result in analysis.operations
        if result.operation.id == BROKEN
        for index in range(20)
    )
    text = printed(replace(analysis, operations=results))
    assert "… and 5 more: manage.py loadaudit diff" in text
    assert "more: manage.py" not in printed(replace(analysis, operations=results), missed_limit=None)


def test_what_nobody_asked_for_is_counted(analysis: Analysis) -> None:
    """Its names would hide those of all others; where all is asked for they stand there."""
    unasked = (Reason(code="excluded", values={"reason": NOT_SELECTED}),)
    results = tuple(
        replace(result, reasons=unasked) if result.operation.id == WIPE else result for result in analysis.operations
    )
    text = printed(replace(analysis, operations=results))
    assert "1 left out by --only or --exclude" in text
    assert WIPE not in text
    assert WIPE in printed(replace(analysis, operations=results), missed_limit=None)


def test_findings_name_the_next_command(analysis: Analysis) -> None:
    """The reader knows what to type: what a single request shows is inspected."""
    assert f"$ manage.py loadaudit inspect '{LIST}'" in printed(analysis)


def test_infos_are_only_counted(analysis: Analysis) -> None:
    """They are shown on request."""
    assert "LA602" not in printed(analysis)
    assert "of severity info" in printed(analysis)
    assert "LA602" in printed(analysis, infos=True)


def test_reported_against_proven(analysis: Analysis) -> None:
    """Both numbers, one above the other."""
    lines = printed(analysis).splitlines()
    index = next(n for n, line in enumerate(lines) if line.startswith("Reported by status code"))
    assert lines[index + 1].startswith("Proven by traces")


def test_markup_in_data_is_not_interpreted(analysis: Analysis) -> None:
    """Brackets of a path are no colours."""
    assert NASTY in printed(replace(analysis, operations=analysis.operations), infos=True).replace("\n  ", "")


def test_a_cut_short_run_says_so(analysis: Analysis) -> None:
    """The reader must not take it for a whole one."""
    assert "cut short" in printed(replace(analysis, info=replace(analysis.info, finish_reason="")))


def test_colour_is_the_callers_choice(analysis: Analysis) -> None:
    """A rich console with colour gets it."""
    made = console(colour=True)
    print_analysis(analysis, made)
    assert "\x1b[" in text_of(made)


def test_the_inventory_marks_what_is_assumed() -> None:
    """A question mark says it without colour as well."""
    made = console()
    guessed = operation(category_evidence=Evidence.ASSUMED)
    inventory = Inventory(
        operations=(guessed,),
        problems=(Problem(code="shadowed", route="/a/", detail="behind /<path:x>/"),),
        left_out=(LeftOut(group="admin", operation_count=42, option="--admin"),),
    )
    print_inventory(inventory, made)
    text = text_of(made)
    assert "Read?" in text
    assert "safe?" not in text
    assert "left out: 42 operations of admin; --admin includes them" in text
    assert "shadowed: /a/" in text


def test_the_plan_shows_values_and_what_is_left_out() -> None:
    """What is sent, where its values come from, and why the rest is not sent."""
    request = PlannedRequest(
        operation_id="GET /projects/<int:pk>/",
        method="GET",
        paths=(PlannedPath(path="/projects/1/", origin="row of projects.Project"), PlannedPath(path="/projects/2/")),
        role="owner",
    )
    plan = Plan(requests=(request,), exclusions=(excluded(WIPE),), identities=(USER,), users=10, duration_s=None)
    made = console(120)
    print_plan(plan, made)
    text = text_of(made)
    assert "/projects/1/ and 1 more" in text
    assert "row of projects.Project" in text
    assert "It deletes rows; allow it with --destructive." in text
    assert "until every operation has 20 samples, heavy ones fewer, at most 60.0 s" in text


def test_the_plan_shows_lanes_and_weights() -> None:
    """Before anything is sent."""
    requests = (
        planned("GET /a/", weight=4, weight_origin="recorded traffic"),
        planned("GET /health/", lane=Lane.HEALTH),
        planned("GET /a.pdf", lane=Lane.HEAVY),
    )
    plan = Plan(requests=requests, exclusions=(), identities=(USER,), users=10, duration_s=60.0)
    made = console(160)
    print_plan(with_lanes(plan), made)
    lines = {line.split()[1]: line.split()[3:5] for line in text_of(made).splitlines() if line.startswith("GET")}
    assert lines == {"/a/": ["light", "4"], "/health/": ["health", "1"], "/a.pdf": ["heavy", "1"]}
    text = text_of(made)
    assert "heavy: each 3 times, at most 2 at once" in text
    assert "then 10 per second in all, in stretches of 3.00 s with and without them" in text
    assert "1 operation is sent more often: recorded traffic" in text


def test_what_is_missing_on_purpose_is_counted_by_reason(tmp_path: Path) -> None:
    """Apart from what was left out because nothing to send was found."""
    operations = [operation(), operation("POST /a/"), operation("POST /b/"), operation("GET /c/<pk>/")]
    left_out = [replace(excluded(f"POST /{name}/", NEEDS_WRITES), held_back=True) for name in "ab"]
    plan = plan_for(operations[:1], exclusions=(*left_out, excluded("GET /c/<pk>/", "no row of c")))
    result = analysed(tmp_path, operations, requests(20), plan=plan)
    assert dict(run_facts(result))["Held back"] == f"2 operations on purpose\n2 · {NEEDS_WRITES}"
    assert (result.coverage.total.held_back, result.coverage.total.excluded) == (2, 3)


def test_what_would_change_without_a_clone_is_listed() -> None:
    """With its risk; what the options hold back is told apart."""
    made = console()
    writes = operation("POST /a/", risk=Risk.MUTATING), operation("DELETE /b/", risk=Risk.DESTRUCTIVE)
    print_changes(Changes(where="https://staging", sent=writes[:1], held_back=writes[1:]), made)
    lines = [line.strip() for line in text_of(made).splitlines()]
    assert lines[:4] == [
        "Changes data of https://staging",
        "POST /a/  mutating",
        "held back:",
        "DELETE /b/  destructive",
    ]


@pytest.mark.parametrize(("reason", "state"), [("completed", "completed"), ("", "cut short")])
def test_runs_show_how_they_ended(reason: str, state: str) -> None:
    """A killed run is told apart."""
    row = CoverageRow(
        category="", operations=4, attempted=3, reached=3, succeeded=3, loaded=0, excluded=0, held_back=0, sent=True
    )
    made = console()
    summary = RunSummary(
        path="/runs/a.sqlite3", size_bytes=4096, info=run_info(finish_reason=reason), requests=1200, coverage=row
    )
    print_runs([summary], made)
    line = text_of(made).splitlines()[-1]
    assert line.split() == ["sample", "2026-01-01", "12:00", "4.0", "KiB", "10", "1,200", "75", "%", *state.split()]


def test_a_run_that_cannot_be_read_is_still_listed() -> None:
    """With the reason."""
    made = console()
    print_runs([RunSummary(path="/runs/b.sqlite3", size_bytes=12, problem="not a run file")], made)
    assert "b.sqlite3" in text_of(made)
    assert "not a run file" in text_of(made)


def test_a_name_that_does_not_fit_keeps_its_row() -> None:
    """Runs that follow stand beside their own figures, whether lines had to be broken or not."""
    summaries = [RunSummary(path=f"/runs/{name}", size_bytes=12, problem="odd") for name in ("long-" * 14, "b")]
    for shown in (summaries, summaries[1:]):
        made = console()
        print_runs(shown, made)
        line = text_of(made).splitlines()[-1]
        assert line.split()[:4] == ["b", "–", "12", "B"]


def test_no_runs_yet() -> None:
    """It says how to make one."""
    made = console()
    print_runs([], made)
    assert "manage.py loadaudit run" in text_of(made)
