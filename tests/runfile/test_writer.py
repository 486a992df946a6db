"""The writer keeps what it committed, whatever happens, and lets no secret in."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from loadaudit.errors import AbortedError, ExitCode
from loadaudit.records import Exclusion, Outcome, ServerException, Tried
from loadaudit.runfile.reader import RunFile
from loadaudit.runfile.writer import RunWriter
from tests.runfile.builders import ERROR, INVENTORY, LOGIN, OPERATION, PLAN, finished, info, sample, trace, use

BATCH = 50
WRITES_FOR_EVER = """
import sys
from pathlib import Path
from loadaudit.runfile.writer import RunWriter
from tests.runfile.builders import INVENTORY, info, sample, trace, use
writer = RunWriter(Path(sys.argv[1]), info())
writer.add_inventory(INVENTORY)
number = 0
while True:
    numbers = range(number, number + 50)
    writer.add_samples([sample(one) for one in numbers])
    writer.add_traces([trace(one, statements=(use("SELECT 1"),)) for one in numbers])
    number += 50
    print(number, flush=True)
"""
FILLS_THE_DISK = """
import resource, signal, sys
from pathlib import Path
from loadaudit.errors import AbortedError
from loadaudit.runfile.writer import RunWriter
from tests.runfile.builders import info, sample
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = int(sys.argv[2])
if limit < 100_000:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
stored = 0
try:
    writer = RunWriter(Path(sys.argv[1]), info())
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    while True:
        writer.add_samples([sample(stored + one) for one in range(50)])
        stored += 50
except AbortedError as error:
    print(stored, int(error.exit_code), error.hint)
"""


def mode_of(path: Path) -> int:
    """Return the permission bits of a file."""
    return stat.S_IMODE(path.stat().st_mode)


def journal_mode(path: Path) -> str:
    """Return how SQLite would write the file."""
    connection = sqlite3.connect(path)
    try:
        return str(connection.execute("PRAGMA journal_mode").fetchone()[0])
    finally:
        connection.close()


def everything_in(folder: Path) -> bytes:
    """Return the bytes of all files of a folder."""
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_file_is_private(tmp_path: Path) -> None:
    """Nobody but the user reads paths and SQL, not even in the files that SQLite puts beside it."""
    former = os.umask(0)
    try:
        with RunWriter(tmp_path / "run", info()):
            modes = {path.name: mode_of(path) for path in tmp_path.iterdir()}
    finally:
        os.umask(former)
    assert set(modes.values()) == {0o600}
    assert "run-wal" in modes


def test_file_is_in_wal_mode_while_written(tmp_path: Path) -> None:
    """A reader does not stop the writer, and a kill loses nothing committed."""
    with RunWriter(tmp_path / "run", info()):
        assert journal_mode(tmp_path / "run") == "wal"


def test_finished_run_is_one_plain_file(tmp_path: Path) -> None:
    """It can be attached to a CI job."""
    with RunWriter(tmp_path / "run", info()) as writer:
        writer.add_samples([sample()])
        writer.finish(finished())
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert journal_mode(tmp_path / "run") == "delete"


def test_run_that_does_not_finish_is_cut_short(tmp_path: Path) -> None:
    """Only `finish` says that the run is complete."""
    with RunWriter(tmp_path / "run", info()) as writer:
        writer.add_samples([sample()])
    with RunFile(tmp_path / "run") as run:
        assert run.info().cut_short
        assert run.sample_count() == 1


def test_existing_file_is_not_overwritten(tmp_path: Path) -> None:
    """A run never replaces another."""
    (tmp_path / "run").write_text("precious")
    with pytest.raises(AbortedError):
        RunWriter(tmp_path / "run", info())
    assert (tmp_path / "run").read_text() == "precious"


def test_killed_writer_keeps_every_committed_batch(tmp_path: Path) -> None:
    """SIGKILL in the middle of writing: the file opens, is complete up to the last commit, and says so."""
    path = tmp_path / "run"
    with subprocess.Popen(
        [sys.executable, "-c", WRITES_FOR_EVER, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for _ in range(40):
            line = process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        committed = [int(line), *(int(one) for one in process.stdout)][-1]
    with RunFile(path) as run:
        assert run.info().cut_short
        assert run.sample_count() >= committed >= 40 * BATCH
        assert run.sample_count() % BATCH == 0
        assert all(one.statements for one in run.traces())
        assert run.inventory() == INVENTORY


def test_full_disk_aborts_and_keeps_what_was_stored(tmp_path: Path) -> None:
    """The error says what to look at; the file opens."""
    path = tmp_path / "run"
    command = [sys.executable, "-c", FILLS_THE_DISK, str(path), "400000"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    stored, code, hint = done.stdout.split(maxsplit=2)
    assert int(code) == ExitCode.ABORTED
    assert "free space" in hint
    with RunFile(path) as run:
        assert run.sample_count() == int(stored) > 0
        assert run.info().cut_short


def test_disk_full_from_the_beginning_leaves_nothing(tmp_path: Path) -> None:
    """A run file without tables would only puzzle its reader."""
    command = [sys.executable, "-c", FILLS_THE_DISK, str(tmp_path / "run"), "8192"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("0 4 ")
    assert list(tmp_path.iterdir()) == []


def test_missing_folder_aborts(tmp_path: Path) -> None:
    """The runs folder went away after it was prepared."""
    with pytest.raises(AbortedError, match="cannot be written"):
        RunWriter(tmp_path / "gone" / "run", info())


def test_message_is_stored_once(tmp_path: Path) -> None:
    """A probe that fails in each request says so once."""
    with RunWriter(tmp_path / "run", info()) as writer:
        for text in ("first", "second", "first"):
            writer.add_message(text)
    with RunFile(tmp_path / "run") as run:
        assert run.messages() == ("first", "second")


def test_statement_text_is_stored_once(tmp_path: Path) -> None:
    """Texts that differ in a literal only are one statement."""
    with RunWriter(tmp_path / "run", info()) as writer:
        writer.add_traces([trace(n, statements=(use(f"SELECT a FROM t WHERE id = {n}"),)) for n in range(20)])
    connection = sqlite3.connect(tmp_path / "run")
    try:
        assert connection.execute("SELECT count(*) FROM statements").fetchone() == (1,)
    finally:
        connection.close()


def test_no_secret_reaches_the_file(tmp_path: Path) -> None:
    """Wherever a text comes in, its secret stays out."""
    secret = "hunter2secret"
    with RunWriter(tmp_path / "run", info(environment={"database": f"postgres://u:{secret}@h/db"})) as writer:
        writer.add_samples([sample(path=f"/p/?token={secret}", location=f"/login/?next=/p/&key={secret}")])
        error = ServerException(
            type="E", message=f"password={secret}", fingerprint="f", traceback=f'Authorization: "{secret}"'
        )
        writer.add_traces([trace(exception=error, statements=(use(f"SELECT '{secret}'"),))])
        writer.add_logins([LOGIN, type(LOGIN)(vu=1, role="x", proven=False, detail=f"token={secret}", duration_ns=1)])
        writer.add_message(f"The server said: csrftoken={secret};")
        tried = Tried(
            operation_id=OPERATION.id,
            outcome=Outcome.SERVER_ERROR,
            role="x",
            path="/p/",
            tries=1,
            detail=f"pwd={secret}",
        )
        excluded = Exclusion(operation_id="GET /x/", reason=f"no row; answered with: postgres://user:{secret}@db/x")
        writer.add_plan(replace(PLAN, tried=(tried,), exclusions=(excluded,)))
        writer.update_info(info(finish_reason=f"aborted: the server ended: password: {secret}"))
        assert secret.encode() not in everything_in(tmp_path)
    assert secret.encode() not in everything_in(tmp_path)


def test_text_with_half_characters_is_stored(tmp_path: Path) -> None:
    """Names of files may carry bytes that are no text; an exception that quotes one must not end the run."""
    error = ServerException(type="OSError", message="no file \udce9", fingerprint="f", traceback="\udce9")
    with RunWriter(tmp_path / "run", info()) as writer:
        writer.add_traces([trace(exception=error, statements=(use("SELECT '\udce9', \"\udce9\""),))])
        writer.add_message("\udce9")
    with RunFile(tmp_path / "run") as run:
        assert run.exceptions()[0].message == "no file ?"


def test_exception_is_stored_once_with_its_traceback(tmp_path: Path) -> None:
    """A thousand failures of one kind have one traceback."""
    with RunWriter(tmp_path / "run", info()) as writer:
        writer.add_traces([trace(n, exception=ERROR) for n in range(3)])
    with RunFile(tmp_path / "run") as run:
        assert run.exceptions() == (ERROR,)
        assert {one.exception.fingerprint for one in run.traces() if one.exception} == {"ab12"}
