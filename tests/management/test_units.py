"""Parsing, writing and mapping, without a process of their own."""

from __future__ import annotations

import argparse
import io
import os
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import OutputWrapper

from loadaudit.audit.run import FinishedRun
from loadaudit.errors import AbortedError, ExitCode, LoadauditError, UnsafeError, UsageError
from loadaudit.management.commands import _run, _runs
from loadaudit.management.commands._durations import parse_duration_s, positive
from loadaudit.management.commands._load_options import MOST_ROWS
from loadaudit.management.commands._report import report_format
from loadaudit.management.commands._streams import check_writable, output, plain
from loadaudit.planning.values import POOL_SIZE
from tests.analysis.factories import PAGE, analysed, operation, requests, run_info


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("45", 45), ("45s", 45), ("1.5m", 90), ("2m", 120), ("1h", 3600), ("250ms", 0.25), ("0", 0), ("0.1s", 0.1)],
)
def test_duration(text: str, seconds: float) -> None:
    """A time is a number with a unit, seconds without one."""
    assert parse_duration_s(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "s", "soon", "-1", "-1s", "nan", "inf", "1e9", "2 days", "1m30s", "1d"])
def test_no_duration(text: str) -> None:
    """Anything else is refused with what was found."""
    with pytest.raises(argparse.ArgumentTypeError, match="such as 45s or 2m"):
        parse_duration_s(text)


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "", "ten", "100001", "²", "٣"])
def test_not_a_positive_number(text: str) -> None:
    """A count is a whole number in plain digits, at least one."""
    with pytest.raises(argparse.ArgumentTypeError, match="from 1 to 100000"):
        positive(text)


def test_no_more_hot_rows_than_an_operation_has() -> None:
    """They would be accepted and change nothing."""
    assert MOST_ROWS == POOL_SIZE
    with pytest.raises(argparse.ArgumentTypeError, match=f"from 1 to {MOST_ROWS}, found '11': why"):
        positive("11", most=MOST_ROWS, because="why")


@pytest.mark.parametrize(
    ("path", "name"), [("a.html", "html"), ("a.HTM", "html"), ("b/a.md", "markdown"), ("a.json", "json")]
)
def test_report_format(path: str, name: str) -> None:
    """The ending of a file tells the format."""
    assert report_format(path) == name


@pytest.mark.parametrize("path", ["a", "a.pdf", "html", ".html"])
def test_no_report_format(path: str) -> None:
    """Without a known ending the format cannot be told."""
    with pytest.raises(UsageError, match="does not tell the format"):
        report_format(path)


class TestOutput:
    """Writing a document to a file."""

    def test_file_appears_complete(self, tmp_path: Path) -> None:
        """Under its name the file is seen only when all is written."""
        target = tmp_path / "a.txt"
        with output(OutputWrapper(io.StringIO()), str(target)) as stream:
            stream.write("one")
            assert not target.exists()
        assert target.read_text() == "one"

    def test_writer_that_fails_leaves_nothing(self, tmp_path: Path) -> None:
        """A document that could not be finished leaves no part of it."""
        with pytest.raises(RecursionError):
            _write_and_fail(tmp_path / "a.txt", RecursionError)
        assert list(tmp_path.iterdir()) == []

    def test_writer_that_fails_keeps_the_former_file(self, tmp_path: Path) -> None:
        """What was there before stays as it was."""
        target = tmp_path / "a.txt"
        target.write_text("before")
        with pytest.raises(KeyboardInterrupt):
            _write_and_fail(target, KeyboardInterrupt)
        assert target.read_text() == "before"
        assert list(tmp_path.iterdir()) == [target]

    @pytest.mark.parametrize("path", ["missing/a.txt", ".", "/"])
    def test_place_that_cannot_be_written(self, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A missing folder and a folder instead of a file are named in one message, before and at writing."""
        monkeypatch.chdir(tmp_path)
        with pytest.raises(UsageError, match="cannot be written"):
            check_writable(path)
        with pytest.raises(UsageError, match="cannot be written"), output(OutputWrapper(io.StringIO()), path):
            pass
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(("private", "mode"), [(False, 0o640), (True, 0o600)])
    def test_a_private_file_is_for_its_owner_alone(self, private: bool, mode: int, tmp_path: Path) -> None:
        """Others have the mode that the operator's umask gives."""
        before = os.umask(0o027)
        try:
            with output(OutputWrapper(io.StringIO()), str(tmp_path / "plan.json"), private=private) as stream:
                stream.write("{}")
        finally:
            os.umask(before)
        assert (tmp_path / "plan.json").stat().st_mode & 0o777 == mode

    def test_what_is_no_file_is_written_to_and_stays(self, tmp_path: Path) -> None:
        """A pipe, as /dev/null is a device: a file in its place would break every other program that uses it."""
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        check_writable(str(pipe))
        with output(OutputWrapper(io.StringIO()), str(pipe)) as stream:
            stream.write("text")
        assert os.read(reader, 10) == b"text"
        os.close(reader)
        assert pipe.is_fifo()

    def test_a_link_stays_a_link(self, tmp_path: Path) -> None:
        """The file that it names is replaced."""
        (tmp_path / "real").write_text("old")
        (tmp_path / "link").symlink_to(tmp_path / "real")
        with output(OutputWrapper(io.StringIO()), str(tmp_path / "link")) as stream:
            stream.write("new")
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "real").read_text() == "new"

    def test_standard_output_gets_the_text_alone(self) -> None:
        """Parts of a line stay parts of a line, unlike with Django's own stream."""
        out = io.StringIO()
        with output(OutputWrapper(out), "") as stream:
            stream.write("{")
            stream.write("}")
        assert out.getvalue() == "{}"

    def test_plain_stream_leaves_the_style_of_errors_out(self) -> None:
        """Progress on standard error is no error."""
        out = _Terminal()
        wrapper = OutputWrapper(out)
        wrapper.style_func = lambda text: f"<red>{text}</red>"
        plain(wrapper).write("working")
        assert out.getvalue() == "working"


@pytest.mark.parametrize(
    ("error", "code"),
    [(LoadauditError, 2), (UsageError, 2), (UnsafeError, 3), (AbortedError, 4)],
)
def test_error_becomes_its_exit_code(error: type[LoadauditError], code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each kind of error has its exit code, and the hint follows the message."""

    def fail(context: object, options: object) -> ExitCode:
        raise error("It is wrong.", hint="Do this.")

    monkeypatch.setattr(_runs, "handle", fail)
    with pytest.raises(CommandError) as caught:
        call_command("loadaudit", "runs")
    assert caught.value.returncode == code
    assert str(caught.value) == "It is wrong.\nDo this."


def test_failed_threshold_becomes_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """A subcommand that ends without an error can still say that something has failed."""
    monkeypatch.setattr(_runs, "handle", lambda context, options: ExitCode.THRESHOLD_FAILED)
    with pytest.raises(SystemExit) as caught:
        call_command("loadaudit", "runs")
    assert caught.value.code == 1


@pytest.mark.parametrize(
    ("limits", "options", "code"),
    [
        ((), (), 0),
        (("p50 < 1s",), (), 0),
        (("p50 < 1ms",), (), 1),
        (("p99 < 9s",), (), 0),
        (("p99 < 9s",), ("--strict",), 1),
    ],
)
def test_run_fails_by_declared_limits_only(
    limits: tuple[str, ...],
    options: tuple[str, ...],
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A run of 30 requests without a write breaks default criteria, and they are not the project's."""
    operations = [operation(PAGE), operation("POST /save/", category="Write")]
    analysis = analysed(tmp_path, operations, requests(30), info=run_info(thresholds=limits))
    finished = FinishedRun(path=tmp_path / "run", analysis=analysis)
    monkeypatch.setattr(_run, "run", lambda config, options, observer: finished)
    ended = 0
    try:
        call_command("loadaudit", "run", "-v", "0", "--skip-checks", *options, stdout=io.StringIO())
    except SystemExit as error:
        ended = int(error.code or 0)
    assert ended == code


def test_call_command_with_traceback_raises_the_error_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that calls the command and asks for the traceback gets the exception."""

    def fail(context: object, options: object) -> ExitCode:
        raise UnsafeError("It is wrong.")

    monkeypatch.setattr(_runs, "handle", fail)
    with pytest.raises(UnsafeError):
        call_command("loadaudit", "runs", "--traceback")


def test_call_command_takes_a_stream() -> None:
    """Standard output can be any stream."""
    out = io.StringIO()
    call_command("loadaudit", "inventory", "--only", "health", "--format", "json", stdout=out)
    assert out.getvalue().startswith('{\n  "format_version"')


def _write_and_fail(target: Path, error: type[BaseException]) -> None:
    with output(OutputWrapper(io.StringIO()), str(target)) as stream:
        stream.write("half")
        raise error


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_an_interrupt_is_told_in_a_word(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a command that only reads, too; with a traceback where one is asked for."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("loadaudit.management.commands._runs.handle", interrupted)
    with pytest.raises(SystemExit) as ended:
        call_command("loadaudit", "runs")
    assert (ended.value.code, capsys.readouterr().err) == (4, "Interrupted.\n")
    with pytest.raises(KeyboardInterrupt):
        call_command("loadaudit", "runs", "--traceback")
