"""Which runs are compared, and what fails a pipeline."""

from dataclasses import replace
from pathlib import Path

import pytest

from loadaudit.audit.comparing import checked_against, compare_runs, regressions
from loadaudit.errors import UsageError
from tests.analysis.comparison.test_compare import FIRST, IDS, made
from tests.analysis.factories import operation, run_info, write_run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two runs; in the second one page is slower and another fails."""
    place = tmp_path_factory.mktemp("runs")
    operations = [operation(one) for one in IDS]
    failing = [
        (sample._replace(status=500), trace and replace(trace, status=500)) if sample.operation_id == IDS[1] else pair
        for pair in made(2, slower=1.4)
        for sample, trace in [pair]
    ]
    for label, requests in (("before", made(1)), ("after", failing)):
        info = run_info(id=label, label=label, load_ns=40_000_000_000)
        write_run(place / f"{label}.loadaudit", operations, requests, info=info)
    return place


def test_runs_are_found_by_their_labels(folder: Path) -> None:
    """The first named is the one compared with."""
    found = compare_runs(folder, ["before", "after"]).whole
    assert (found.first.info.label, found.second.info.label) == ("before", "after")


def test_a_run_is_not_compared_with_itself(folder: Path) -> None:
    """Whatever its name is written like."""
    with pytest.raises(UsageError, match="two are the same run"):
        compare_runs(folder, ["before", str(folder / "before.loadaudit")])


def test_what_fails_a_pipeline(folder: Path) -> None:
    """What got worse and what is no longer covered are asked for apart."""
    found = compare_runs(folder, ["before", "after"]).whole
    assert not regressions(found, worse=False, uncovered=False)
    assert set(regressions(found, worse=True, uncovered=False)) == {FIRST, IDS[1]}
    assert regressions(found, worse=False, uncovered=True) == (IDS[1],)


def test_a_run_is_checked_against_another_one(folder: Path) -> None:
    """Criteria of the checked run as declared now, and what got worse since the baseline."""
    analysis, comparison = checked_against(folder, "after", "before", thresholds=["requests > 1"])
    assert analysis.info.label == comparison.second.info.label == "after"
    assert analysis.criteria[0].threshold.text == "requests > 1"
    assert FIRST in regressions(comparison, worse=True, uncovered=False)
