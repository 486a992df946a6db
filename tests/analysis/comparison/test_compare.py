"""Two runs side by side."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from loadaudit.analysis.comparison.compare import compare
from loadaudit.analysis.comparison.reading import read_run
from loadaudit.analysis.comparison.result import Comparison, Figure, Series, Verdict
from loadaudit.records import Operation
from loadaudit.runfile.reader import RunFile
from tests.analysis.factories import MS, Request, login, operation, request, run_info, write_run

IDS = tuple(f"GET /page-{number}/" for number in range(10))
FIRST = IDS[0]


def made(seed: int, *, slower: float = 1.0, which: Sequence[str] = (FIRST,), **server: Any) -> list[Request]:
    """Return 60 requests of each of ten pages over 40 s, with latencies of about 20 ms."""
    rng = random.Random(seed)
    found = []
    for number in range(600):
        id_ = IDS[number % 10]
        latency_ns = round(20 * MS * rng.lognormvariate(0, 0.1) * (slower if id_ in which else 1))
        client = {"latency_ns": latency_ns, "start_ns": number * 66 * MS, "intended_start_ns": number * 66 * MS}
        found.append(request(number + 1, id_, client=client, server=server if id_ == FIRST else None))
    return found


def compared(folder: Path, *runs: Sequence[Request], infos: Sequence[Any] = (), **parts: Any) -> Series:
    """Return the comparison of runs with these requests."""
    operations: Sequence[Operation] = [operation(one) for one in IDS]
    paths = []
    for number, requests in enumerate(runs):
        info = infos[number] if infos else run_info(id=f"run-{number}", label=f"run-{number}", load_ns=40_000 * MS)
        (folder / str(number)).mkdir()
        paths.append(write_run(folder / str(number) / "run", operations, requests, info=info, **parts))
    readers = [RunFile(path) for path in paths]
    try:
        return compare([read_run(one) for one in readers])
    finally:
        for one in readers:
            one.close()


def verdict_of(comparison: Comparison, operation_id: str, figure: Figure) -> Verdict:
    """Return what was found about one figure of one operation."""
    changes = next(one.changes for one in comparison.operations if one.operation_id == operation_id)
    return next(one.verdict for one in changes if one.figure is figure)


def test_equal_runs_show_no_difference(tmp_path: Path) -> None:
    """Other noise is no change."""
    found = compared(tmp_path, made(1), made(2)).whole
    assert {one.verdict for one in found.operations} == {Verdict.NO_DIFFERENCE}
    assert found.differences == ()


def test_one_slower_operation_is_named(tmp_path: Path) -> None:
    """20 % more, ten times the noise of its median, and of nothing else."""
    found = compared(tmp_path, made(1), made(2, slower=1.2)).whole
    assert [one.operation_id for one in found.of(Verdict.WORSE)] == [FIRST]
    (change,) = [one for one in found.of(Verdict.WORSE)[0].changes if one.figure is Figure.LATENCY]
    assert change.ratio == pytest.approx(1.2, abs=0.06)


def test_a_faster_one_is_better(tmp_path: Path) -> None:
    """The other direction."""
    found = compared(tmp_path, made(1, slower=1.2), made(2)).whole
    assert [one.operation_id for one in found.of(Verdict.BETTER)] == [FIRST]


def test_what_moves_all_of_them_is_said_once(tmp_path: Path) -> None:
    """A slower machine is no regression of ten operations."""
    found = compared(tmp_path, made(1), made(2, slower=1.3, which=IDS)).whole
    assert found.common_ratio == pytest.approx(1.3, abs=0.04)
    assert not found.of(Verdict.WORSE)


def test_one_more_query_is_found(tmp_path: Path) -> None:
    """Counts that never vary need no many requests."""
    found = compared(tmp_path, made(1, sql_count=3), made(2, sql_count=4)).whole
    assert verdict_of(found, FIRST, Figure.QUERIES) is Verdict.WORSE


@pytest.mark.parametrize(
    ("slower", "figure"), [({"cpu_ns": 6 * MS}, Figure.CPU), ({"sql_ns": 3 * MS}, Figure.DATABASE)]
)
def test_what_the_server_measured_is_found_where_latency_shows_nothing(
    tmp_path: Path, slower: dict[str, Any], figure: Figure
) -> None:
    """A millisecond more of work or of statements drowns in the waiting of a loaded server."""
    found = compared(tmp_path, made(1, cpu_ns=5 * MS, sql_ns=2 * MS), made(2, **slower)).whole
    assert verdict_of(found, FIRST, figure) is Verdict.WORSE
    assert verdict_of(found, FIRST, Figure.LATENCY) is Verdict.NO_DIFFERENCE


def test_failures_are_found(tmp_path: Path) -> None:
    """A page that now fails is worse in its successes, and has no latencies to compare."""
    broken = [
        request(one.number, one.operation_id, client={"status": 500, "start_ns": one.start_ns})
        if one.operation_id == FIRST
        else (one, trace)
        for one, trace in made(2)
    ]
    found = compared(tmp_path, made(1), broken).whole
    assert verdict_of(found, FIRST, Figure.SUCCESS) is Verdict.WORSE
    assert verdict_of(found, FIRST, Figure.LATENCY) is Verdict.NOT_ENOUGH_DATA
    assert [one.operation_id for one in found.operations if one.lost] == [FIRST]


def test_few_requests_are_not_enough_data(tmp_path: Path) -> None:
    """A request each says nothing, however much slower the second was."""
    pairs = [[request(1, FIRST, client={"latency_ns": latency * MS})] for latency in (10, 900)]
    assert verdict_of(compared(tmp_path, *pairs).whole, FIRST, Figure.LATENCY) is Verdict.NOT_ENOUGH_DATA


def test_other_conditions_are_said(tmp_path: Path) -> None:
    """Users and database differ; the process id, which always does, is no condition."""
    infos = [
        run_info(users=10, load_ns=40_000 * MS, environment={"database default": "sqlite", "process": "1"}),
        run_info(users=50, load_ns=40_000 * MS, environment={"database default": "postgresql", "process": "2"}),
    ]
    found = compared(tmp_path, made(1), made(2), infos=infos).whole
    assert {one.code: one.values for one in found.differences} == {
        "users": ("10", "50"),
        "database default": ("sqlite", "postgresql"),
    }
    assert all(one.serious for one in found.differences)


def test_operations_added_removed_and_changed(tmp_path: Path) -> None:
    """A page that another view answers is changed; one whose view only moved down its file is not."""
    known = (
        [operation(IDS[0]), operation(IDS[1]), operation(IDS[2])],
        [operation(IDS[0], view="pages.other"), operation(IDS[1], line=99), operation(IDS[3])],
    )
    read = []
    for at, operations in enumerate(known):
        with RunFile(write_run(tmp_path / str(at), operations, [request(1, IDS[0])])) as run:
            read.append(read_run(run))
    found = compare(read).whole
    assert (found.added, found.removed, found.changed) == ((IDS[3],), (IDS[2],), (IDS[0],))


def test_three_runs_have_steps_and_a_whole(tmp_path: Path) -> None:
    """The change happened between the second and the third."""
    found = compared(tmp_path, made(1), made(2), made(3, slower=1.2), logins=[login()])
    assert [[one.operation_id for one in step.of(Verdict.WORSE)] for step in found.steps] == [[], [FIRST]]
    assert [one.operation_id for one in found.whole.of(Verdict.WORSE)] == [FIRST]
    changed = [one for one in found.trends if one.changes]
    assert [(one.operation_id, one.figure, one.changes[0].position) for one in changed] == [(FIRST, Figure.LATENCY, 2)]


def test_one_run_cannot_be_compared(tmp_path: Path) -> None:
    """With itself there is nothing to say."""
    with pytest.raises(ValueError, match="needs two runs"):
        compared(tmp_path, made(1))
