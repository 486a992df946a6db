"""What is not the same in two runs."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from loadaudit.analysis.analyse import analyse
from loadaudit.analysis.comparison.conditions import behind_login, differences, shape_text
from loadaudit.analysis.result import Analysis
from loadaudit.records import Access, Arriving, Evidence, Ramp, Shape, Stage
from loadaudit.records.shape import steady
from loadaudit.runfile.reader import RunFile
from tests.analysis.factories import operation, plan_for, request, requests, run_info, write_run

PAGE, OTHER = "GET /page/", "GET /other/"


def analysed(path: Path, *, environment: dict[str, str] | None = None, **plan: Any) -> Analysis:
    """Return the analysis of a run of twenty requests of one page."""
    made = operation(PAGE)
    info = run_info(load_ns=10**10, environment=environment or {})
    write_run(path, [made, operation(OTHER)], requests(20, PAGE), info=info, plan=plan_for([made], **plan))
    with RunFile(path) as run:
        return analyse(run)


def codes(first: Analysis, second: Analysis) -> dict[str, tuple[str, ...]]:
    """Return the differences by code."""
    return {one.code: one.values for one in differences((first, second))}


def test_the_shape_is_written_as_its_options() -> None:
    """A rate, stages, and what ends the load."""
    rate = Shape(rate=steady(50), arriving=Arriving.POISSON, warm_up_s=5)
    assert shape_text(plan_for([], shape=rate)) == "--rate 50 --arrivals poisson --warm-up 5s"
    stages = Ramp(start=0, stages=(Stage(duration_s=30, target=10), Stage(duration_s=120, target=50)))
    assert shape_text(plan_for([], shape=Shape(users=stages))) == "--users 0 --stages 30s:10,120s:50"
    assert shape_text(plan_for([])) == ""


def test_another_load_is_said(tmp_path: Path) -> None:
    """Shape, pause and what decided about the requests."""
    first = analysed(tmp_path / "a", think_time_s=0.1)
    second = analysed(tmp_path / "b", think_time_s=1.0, sender="locustfile.py", shape=Shape(users=steady(5)))
    found = codes(first, second)
    assert found["think_time"] == ("0.1 s", "1 s")
    assert found["engine"] == ("", "locustfile.py")
    assert found["shape"] == ("", "--users 5")


def test_measured_facts_may_differ_a_little(tmp_path: Path) -> None:
    """The cost of the probe is never the same twice; data that grew by half is."""
    facts = {"probe overhead": "at least 1.6 µs per statement", "data size default": "10.0 MB"}
    first = analysed(tmp_path / "a", environment=facts)
    alike = analysed(tmp_path / "b", environment={**facts, "probe overhead": "at least 1.9 µs per statement"})
    assert codes(first, alike) == {}
    grown = analysed(tmp_path / "c", environment={**facts, "data size default": "15.0 MB"})
    assert codes(first, grown) == {"data size default": ("10.0 MB", "15.0 MB")}


def test_of_long_lists_only_what_differs_is_shown(tmp_path: Path) -> None:
    """A middleware more, and not the twenty that both have."""
    first = analysed(tmp_path / "a", environment={"middleware": "one, two"})
    second = analysed(tmp_path / "b", environment={"middleware": "one, two, three"})
    assert codes(first, second)["middleware"] == ("", "three")


def test_operations_sent_in_one_run_only_are_counted(tmp_path: Path) -> None:
    """Of those that both projects have."""
    made = [operation(PAGE), operation(OTHER)]
    write_run(tmp_path / "b", made, [request(1, PAGE), request(2, OTHER)], info=run_info(load_ns=10**10))
    with RunFile(tmp_path / "b") as run:
        second = analyse(run)
    assert codes(analysed(tmp_path / "a"), second)["sent"] == ("1", "2")


def test_what_lies_behind_the_login(tmp_path: Path) -> None:
    """Sent operations that need one, or of which nobody knows; a health check is hardly one."""
    unknown = Access(login=False, login_evidence=Evidence.ASSUMED)
    made = [
        operation(PAGE),
        replace(operation("GET /unknown/"), access=unknown),
        replace(operation("GET /up/"), access=unknown, category="Health"),
        operation(OTHER),
    ]
    sent = [
        request(number, one.id, client={"status": 200 if number == 1 else 500})
        for number, one in enumerate(made[:3], 1)
    ]
    write_run(tmp_path / "run", made, sent)
    with RunFile(tmp_path / "run") as run:
        assert behind_login(analyse(run)) == (1, 2)


def test_conditions_of_several_runs_have_a_value_for_each(tmp_path: Path) -> None:
    """Also those of runs that differ from no other."""
    databases = ("sqlite", "sqlite", "postgresql")
    runs = [analysed(tmp_path / str(at), environment={"database": one}) for at, one in enumerate(databases)]
    assert {one.code: one.values for one in differences(runs)} == {"database": databases}
