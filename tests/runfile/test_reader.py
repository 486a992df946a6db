"""The reader returns what was written, and explains what it cannot read."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from loadaudit.errors import ExitCode, UsageError
from loadaudit.records import ALONE_BIT, Inventory
from loadaudit.runfile.reader import RunFile
from loadaudit.runfile.schema import SCHEMA_VERSION
from loadaudit.runfile.writer import RunWriter
from tests.runfile.builders import ERROR, INVENTORY, LOGIN, PLAN, finished, info, sample, trace, use, write


def execute(path: Path, sql: str) -> None:
    """Run a statement in a file."""
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(sql)
    connection.close()


def test_every_record_is_read_back(tmp_path: Path) -> None:
    """What analysis gets is what the run saw."""
    samples = [sample(1), sample(2, status=0, error="timeout", new_connection=False)]
    statements = (use("SELECT a FROM t WHERE id = %s"), use("UPDATE t SET a = %s", alias="other"))
    traces = [trace(1, statements=statements), trace(2), trace(3, statements=statements[:1])]
    ended = finished(load_ns=9, operation_count=4, succeeded_count=3, traces_expected=False)
    with RunWriter(tmp_path / "run", info()) as writer:
        writer.add_inventory(INVENTORY)
        writer.add_plan(PLAN)
        writer.add_samples(samples)
        writer.add_traces(traces)
        writer.add_logins([LOGIN])
        writer.add_message("größe")
        writer.finish(ended)
    with RunFile(tmp_path / "run") as run:
        assert run.info() == ended
        assert run.inventory() == INVENTORY
        assert run.operations() == INVENTORY.operations
        assert run.plan() == PLAN
        assert list(run.samples()) == samples
        assert list(run.traces()) == traces
        assert run.logins() == (LOGIN,)
        assert run.messages() == ("größe",)
        assert run.sample_count() == 2


def test_records_come_by_number(tmp_path: Path) -> None:
    """Samples and traces can be joined in one pass, whatever order they came in."""
    with RunWriter(tmp_path / "run", info()) as writer:
        writer.add_samples([sample(3), sample(1)])
        writer.add_traces([trace(3, statements=(use("SELECT b"),)), trace(1, statements=(use("SELECT a"),))])
    with RunFile(tmp_path / "run") as run:
        assert [one.number for one in run.samples()] == [1, 3]
        assert [(one.number, one.statements[0].sql) for one in run.traces()] == [(1, "SELECT a"), (3, "SELECT b")]


def test_trace_names_its_exception_without_the_traceback(tmp_path: Path) -> None:
    """The traceback is read once, not with each trace."""
    with RunWriter(tmp_path / "run", info()) as writer:
        writer.add_traces([trace(exception=ERROR)])
    with RunFile(tmp_path / "run") as run:
        assert next(run.traces()).exception == replace(ERROR, traceback="")


def test_run_that_ended_before_its_plan_reads(tmp_path: Path) -> None:
    """What is not there is empty, not an error."""
    with RunWriter(tmp_path / "run", info()):
        pass
    with RunFile(tmp_path / "run") as run:
        assert run.plan() is None
        assert run.inventory() == Inventory(operations=())
        assert list(run.samples()) == []
        assert list(run.traces()) == []


def test_run_is_readable_while_it_is_written(tmp_path: Path) -> None:
    """`runs` in another terminal shows what is committed."""
    with RunWriter(tmp_path / "run", info()) as writer:
        with RunFile(tmp_path / "run") as run:
            writer.add_samples([sample(1)])
            assert run.sample_count() == 1
        writer.finish(finished())


def test_reading_changes_nothing(tmp_path: Path) -> None:
    """The file is opened read-only."""
    path = write(tmp_path / "run")
    before = path.read_bytes()
    with RunFile(path) as run, pytest.raises(UsageError, match="readonly"):
        list(run._rows.all("DELETE FROM samples"))
    assert path.read_bytes() == before


def test_the_statements_that_took_most_time(tmp_path: Path) -> None:
    """Of one database, over all requests."""
    light, heavy = use("SELECT light", total_ns=5), use("SELECT heavy", total_ns=4)
    other = use("SELECT other", alias="other", total_ns=100)
    with RunWriter(tmp_path / "run", info()) as writer:
        writer.add_traces([trace(1, statements=(light, heavy, other)), trace(2, statements=(heavy,))])
    with RunFile(tmp_path / "run") as run:
        assert list(run.heaviest_statements("default", 5)) == ["SELECT heavy", "SELECT light"]
        assert list(run.heaviest_statements("default", 1)) == ["SELECT heavy"]


def test_an_older_file_is_read_from_a_copy(tmp_path: Path) -> None:
    """What it lacks is empty, one time of a request stands for both, and the file stays as it was."""
    path = tmp_path / "run.sqlite3"
    with RunWriter(path, info()) as writer:
        writer.add_samples([sample(1, latency_ns=7, response_ns=5)])
        writer.finish(finished())
    execute(path, "ALTER TABLE traces DROP COLUMN outgoing")
    execute(path, "ALTER TABLE samples DROP COLUMN response_ns")
    execute(path, "DROP TABLE observations")
    execute(path, f"PRAGMA user_version = {SCHEMA_VERSION - 1}")
    before = path.read_bytes()
    with RunFile(path) as run:
        assert [one.response_ns for one in run.samples()] == [7]
        assert list(run.outgoing()) == []
        assert run.info().id == info().id
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_attempts_are_read_alone(tmp_path: Path) -> None:
    """Only of requests that made some."""
    with RunWriter(tmp_path / "run.sqlite3", info()) as writer:
        writer.add_traces([trace(1), trace(2, outgoing=())])
        writer.finish(finished())
    with RunFile(writer.path) as run:
        assert list(run.outgoing()) == [("GET", "/p/<int:pk>/", ("refused api.example.com:443", "started: git"))]


def test_facts_of_a_newer_writer_are_ignored(tmp_path: Path) -> None:
    """Fields may be added without a new schema."""
    path = write(tmp_path / "run")
    execute(path, "INSERT INTO run VALUES ('mood', '\"good\"')")
    with RunFile(path) as run:
        assert run.info() == finished()


def _not_sqlite(path: Path) -> None:
    path.write_text("name,requests\n" * 200)


def _other_database(path: Path) -> None:
    path.unlink()
    execute(path, "CREATE TABLE run (key, value)")


def _truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5_000])


def _newer(path: Path) -> None:
    execute(path, f"PRAGMA user_version = {SCHEMA_VERSION + 1}")


def _overwritten(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))


def _without_run(path: Path) -> None:
    execute(path, "DELETE FROM run WHERE key = 'id'")


def _no_json(path: Path) -> None:
    execute(path, "UPDATE run SET value = '{' WHERE key = 'id'")


def _without_table(path: Path) -> None:
    execute(path, "DROP TABLE run")


BROKEN: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "no database": _not_sqlite,
    "another database": _other_database,
    "truncated": _truncated,
    "newer schema": _newer,
    "overwritten": _overwritten,
    "fact missing": _without_run,
    "fact damaged": _no_json,
    "table missing": _without_table,
}


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_file_is_explained(tmp_path: Path, kind: str) -> None:
    """The message names the file, the hint says what to do, and the exit code is that of bad input."""
    path = write(tmp_path / "broken.loadaudit")
    BROKEN[kind](path)
    with pytest.raises(UsageError, match=r"broken\.loadaudit") as caught, RunFile(path) as run:
        run.info()
    assert caught.value.exit_code == ExitCode.BAD_INPUT
    assert "pip install" in caught.value.hint if kind == "newer schema" else "loadaudit runs" in caught.value.hint


@pytest.mark.parametrize(
    ("damage", "read"),
    [
        ("UPDATE operations SET record = '{'", RunFile.inventory),
        ("UPDATE operations SET record = '{}'", RunFile.inventory),
        ("UPDATE operations SET record = '7'", RunFile.inventory),
        ("UPDATE operations SET record = replace(record, 'safe', 'unheard')", RunFile.operations),
        ("INSERT INTO plan VALUES ('users', '3')", RunFile.plan),
    ],
)
def test_damaged_record_is_explained(tmp_path: Path, damage: str, read: Callable[[RunFile], object]) -> None:
    """SQLite does not notice a changed text; the reader does."""
    path = write(tmp_path / "broken.loadaudit")
    execute(path, damage)
    with RunFile(path) as run, pytest.raises(UsageError, match=r"broken\.loadaudit"):
        read(run)


def test_folder_is_no_run_file(tmp_path: Path) -> None:
    """A path to a folder is a typing error."""
    with pytest.raises(UsageError, match="no run file"):
        RunFile(tmp_path)


def test_a_sample_that_comes_again_corrects_the_first(tmp_path: Path) -> None:
    """Samples are only appended, so that recording stays cheap."""
    with RunWriter(tmp_path / "run", info()) as writer:
        writer.add_samples([sample(2, status=0), sample(1)])
        writer.add_samples([sample(2, status=200)])
    with RunFile(tmp_path / "run") as run:
        assert [(one.number, one.status) for one in run.samples()] == [(1, 302), (2, 200)]
        assert run.sample_count() == 2


def test_requests_of_the_load_are_served_by_workers(tmp_path: Path) -> None:
    """Those before it are on another clock, and a summary has none."""
    alone = trace(ALONE_BIT | 1, start_ns=10**15, summary_only=False)
    loaded = trace(1, start_ns=5, service_ns=7, worker=3, summary_only=False)
    with RunWriter(tmp_path / "run", info()) as writer:
        writer.add_traces([loaded, trace(2, start_ns=0, summary_only=False), alone])
    with RunFile(tmp_path / "run") as run:
        assert list(run.served()) == [(3, 5, 12)]
