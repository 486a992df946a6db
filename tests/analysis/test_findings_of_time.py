"""Findings about where time went that is not the application's."""

import contextlib
from pathlib import Path

import pytest

from loadaudit.analysis.findings.delayed_acknowledgement import WINDOW_NS
from loadaudit.load.transport import Transport
from loadaudit.records import GENERATOR_PROBE, SeriesReading, Severity
from loadaudit.reporting.facts import messages
from tests.analysis.factories import MS, analysed, found, operation, requests, run_info
from tests.load.builders import Answering, job, planned, serving

PAUSE = {"first_byte_ns": 2 * MS, "response_ns": 43 * MS, "latency_ns": 43 * MS, "protocol": "1.1"}
SWIFT = {"first_byte_ns": 2 * MS, "response_ns": 3 * MS, "latency_ns": 3 * MS, "protocol": "1.1"}


def test_pause_of_40_ms_on_kept_connections_is_named(tmp_path: Path) -> None:
    """Half of the answers have it, whatever was asked for."""
    made = [*requests(20, client=PAUSE), *requests(15, first=21, client=SWIFT)]
    (finding,) = found(analysed(tmp_path, [operation()], made), "LA404")
    assert finding.operations == (operation().id,)
    assert (finding.values["delayed"], finding.values["answers"]) == (20, 35)


@pytest.mark.parametrize(
    "made",
    [
        requests(40, client={**PAUSE, "new_connection": True}),
        requests(10, client=PAUSE),
        [*requests(20, client=PAUSE), *requests(30, first=21, client=SWIFT)],
        requests(40, client={**PAUSE, "response_ns": 90 * MS}),
    ],
    ids=["new connections", "few", "a minority", "another pause"],
)
def test_other_pauses_are_not(tmp_path: Path, made: list[object]) -> None:
    """They have other causes."""
    assert not found(analysed(tmp_path, [operation()], made), "LA404")  # type: ignore[arg-type]


def test_server_that_sends_head_and_body_apart_shows_the_pause() -> None:
    """A real one, without TCP_NODELAY: what the rule looks for is what happens."""

    def apart(request: Answering) -> None:
        request.answer(body=b"<h1>Page</h1>")

    with serving({"/page/": apart}) as site:
        made = job(site.base_url)
        with contextlib.closing(Transport(made, made.users[0])) as transport:
            samples = [transport.send(planned(), "/page/")[0] for _ in range(12)]
    low, high = WINDOW_NS
    # On a busy machine they are longer, and hardly ever shorter.
    pauses_ns = [one.response_ns - one.first_byte_ns for one in samples]
    assert sum(one >= low for one in pauses_ns) >= 6
    assert any(low <= one <= high for one in pauses_ns)


def strained(delay_ms: float, cpu_percent: float) -> list[SeriesReading]:
    """Return ten looks of a load worker."""
    values = {"delay_ms": delay_ms, "cpu_percent": cpu_percent}
    return [SeriesReading(probe=f"{GENERATOR_PROBE} 0", time_ns=n * MS, values=values) for n in range(10)]


@pytest.mark.parametrize(
    ("delay_ms", "cpu_percent", "kind"),
    [(0.2, 40.0, None), (8.0, 40.0, "starved"), (0.2, 97.0, "busy"), (30.0, 97.0, "busy")],
)
def test_load_workers_that_were_late_are_named(
    tmp_path: Path, delay_ms: float, cpu_percent: float, kind: str | None
) -> None:
    """The run says itself when its figures cannot be trusted, and why."""
    series = strained(delay_ms, cpu_percent)
    findings = found(analysed(tmp_path, [operation()], requests(5), series=series), "LA702")
    assert [one.values["kind"] for one in findings] == ([kind] if kind else [])


@pytest.mark.parametrize(("target", "severity"), [("embedded", Severity.INFO), ("https://staging", Severity.WARNING)])
def test_an_embedded_server_may_take_its_part(tmp_path: Path, target: str, severity: Severity) -> None:
    """It runs on the same machine; that it does is a note, and no fault of anybody."""
    info = run_info(target=target)
    analysis = analysed(tmp_path, [operation()], requests(5), series=strained(8.0, 40.0), info=info)
    assert [one.severity for one in found(analysis, "LA702")] == [severity]
    assert any("8.0 ms too late" in one for one in messages(analysis)) is (severity is Severity.INFO)
