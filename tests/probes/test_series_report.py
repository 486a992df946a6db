"""What was read beside the requests, from the run file to the reports."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from rich.console import Console

from loadaudit.analysis.analyse import analyse
from loadaudit.analysis.result import Analysis, SeriesSummary
from loadaudit.records import SeriesReading
from loadaudit.reporting.audit_document.document import write_markdown
from loadaudit.reporting.facts import messages, run_facts
from loadaudit.reporting.html.page import write_html
from loadaudit.reporting.json_report import analysis_document, write_json
from loadaudit.reporting.terminal import print_analysis
from loadaudit.runfile.reader import RunFile
from loadaudit.runfile.writer import RunWriter
from tests.analysis.factories import run_info

S = 1_000_000_000
MIB = 1024 * 1024


def analysed(path: Path, readings: Mapping[str, list[dict[str, float]]]) -> Analysis:
    """Return the analysis of a run of 10 s with these readings per probe, one a second from second 1 on."""
    with RunWriter(path / "run.loadaudit", run_info()) as writer:
        for probe, rows in readings.items():
            writer.add_series(
                SeriesReading(probe=probe, time_ns=number * S, values=values)
                for number, values in enumerate(rows, start=1)
            )
        writer.finish(run_info())
    with RunFile(path / "run.loadaudit") as run:
        return analyse(run, detailed=True)


def cpu(**percents: float) -> dict[str, list[dict[str, float]]]:
    """Return a process probe's readings: the median as given and one outlier to each side."""
    middle = {f"{role}_cpu_percent": value for role, value in percents.items()}
    return {"process": [dict.fromkeys(middle, 0.0), middle, dict.fromkeys(middle, 100.0)]}


def facts(analysis: Analysis) -> dict[str, str]:
    """Return the facts of a run by label."""
    return dict(run_facts(analysis))


def test_minimum_median_and_maximum(tmp_path: Path) -> None:
    """Per probe and name, in that order."""
    rows: list[dict[str, float]] = [{"sessions": 4, "idle": 1}, {"sessions": 14}, {"sessions": 5}]
    assert analysed(tmp_path, {"postgresql default": rows}).series == (
        SeriesSummary(probe="postgresql default", name="idle", n=1, minimum=1, median=1, maximum=1),
        SeriesSummary(probe="postgresql default", name="sessions", n=3, minimum=4, median=5, maximum=14),
    )


def test_what_was_read_after_the_load_is_left_out(tmp_path: Path) -> None:
    """The sampler goes on while the last traces come in; the load of this run was 10 s."""
    rows = [{"sessions": 5.0}] * 10 + [{"sessions": 50.0}] * 2
    (summary,) = analysed(tmp_path, {"postgresql default": rows}).series
    assert (summary.n, summary.maximum) == (10, 5)


def test_facts_of_the_databases(tmp_path: Path) -> None:
    """Against their limits; another alias than the default is named."""
    sessions: dict[str, float] = {"sessions": 14, "max_connections": 100, "waiting_on_lock": 0}
    analysis = analysed(
        tmp_path,
        {
            "postgresql default": [sessions],
            "postgresql other": [sessions | {"waiting_on_lock": 3}],
            "redis default": [{"clients": 12, "used_memory_bytes": 5 * MIB, "evicted_keys": 0}],
            "redis pages": [{"clients": 9, "evicted_keys": 120, "rejected_connections": 2}],
        },
    )
    found = facts(analysis)
    assert found["PostgreSQL sessions"] == "at most 14 of 100"
    assert found["PostgreSQL sessions (other)"] == "at most 14 of 100, 3 of them waiting for a lock"
    assert found["Redis"] == "at most 12 clients, 5.0 MiB"
    assert found["Redis (pages)"] == "at most 9 clients, 120 keys evicted, 2 connections rejected"


def test_facts_of_the_processes(tmp_path: Path) -> None:
    """The median of CPU and the most of memory."""
    readings = cpu(server=131, load=22, machine=60)
    readings["process"][0] |= {"server_memory_bytes": 300.0 * MIB}
    found = facts(analysed(tmp_path, readings))
    assert found["CPU"] == "server 100 %, load 22 %, machine 60 % (median)"
    assert found["Memory"] == "server 300 MiB (at most)"


def test_without_readings_there_are_no_such_facts(tmp_path: Path) -> None:
    """No data is not zero."""
    assert not {"PostgreSQL sessions", "Redis", "CPU", "Memory"} & facts(analysed(tmp_path, {})).keys()


@pytest.mark.parametrize(
    ("machine", "load", "contended"), [(94.9, 79.9, False), (95.0, 10.0, True), (40.0, 80.0, True)]
)
def test_a_machine_at_its_limit_is_said(tmp_path: Path, machine: float, load: float, contended: bool) -> None:
    """From 95 % of the machine or 80 % of one core for the load workers, in the median."""
    analysis = analysed(tmp_path, cpu(machine=machine, load=load))
    assert analysis.cpu_contended is contended
    assert any("waiting for the CPU of this machine" in one for one in messages(analysis)) is contended


def test_every_report_has_them(tmp_path: Path) -> None:
    """Facts and the message on the terminal, in HTML and Markdown; the summaries in JSON."""
    analysis = analysed(tmp_path, cpu(machine=97, load=22))
    text = "load 22 %, machine 97 % (median)"
    streams = {name: io.StringIO() for name in ("terminal", "html", "markdown", "json")}
    print_analysis(analysis, Console(file=streams["terminal"], width=200))
    write_html(analysis, streams["html"])
    write_markdown(analysis, streams["markdown"])
    write_json(analysis_document(analysis), streams["json"])
    for name in ("terminal", "html", "markdown"):
        assert streams[name].getvalue().count(text) == 2, name
    document = json.loads(streams["json"].getvalue())
    assert document["messages"] == [f"Latencies include waiting for the CPU of this machine: {text}."]
    assert document["series"][0] == {
        "probe": "process",
        "name": "load_cpu_percent",
        "n": 3,
        "minimum": 0,
        "median": 22,
        "maximum": 100,
    }


def test_workers_and_poolers_have_their_lines(tmp_path: Path) -> None:
    """Who was busy, and who waited for a server connection how long."""
    workers = [
        {"busy": 1.0, "idle": 1.0, "requests_in_flight": 3.0},
        {"busy": 2.0, "idle": 0.0, "requests_in_flight": 9.0},
    ]
    pool = [{"clients": 8.0, "clients_waiting": 6.0, "longest_wait_s": 1.5, "pool_size": 2.0}]
    found = facts(analysed(tmp_path, {"workers": workers, "pgbouncer default": pool}))
    assert found["Server workers"] == "1 busy in the median, at most 2; at most 9 requests at once"
    assert found["PgBouncer"] == "at most 6 of 8 clients waiting for one of 2 server connections, 1.50 s at most"
