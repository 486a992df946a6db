"""Samples travel through files that are read while they grow."""

from pathlib import Path

from loadaudit.load.locust.spool import Spool, SpoolReader
from loadaudit.records import Sample, ToolVerdict
from tests.load.builders import trace


def sample(number: int = 1) -> Sample:
    """Return a sample as a Locust process makes it."""
    return Sample(
        number=number,
        operation_id="GET",
        path="/",
        role="Website",
        vu=1,
        intended_start_ns=0,
        start_ns=0,
        first_byte_ns=1,
        response_ns=2,
        latency_ns=2,
        status=200,
    )


def test_what_was_flushed_is_read_once(tmp_path: Path) -> None:
    """Each line comes out once, in order, and what is not flushed does not."""
    spool, reader = Spool(tmp_path), SpoolReader(tmp_path)
    spool.add(sample(1), trace(1))
    spool.judge(ToolVerdict(number=1, numbers=(1,), method="GET", name="/"))
    spool.count("something")
    spool.flush()
    spool.add(sample(2), None)
    assert [sorted(line) for line in reader.read()] == [["samples", "traces"], ["verdicts"], ["notes"]]
    assert list(reader.read()) == []
    spool.flush()
    assert [line["samples"][0][0] for line in reader.read()] == [2]
    spool.close()


def test_half_a_line_waits_for_its_end(tmp_path: Path) -> None:
    """A process that is killed while it writes leaves no damaged line behind for the reader."""
    reader = SpoolReader(tmp_path)
    path = tmp_path / "1.samples"
    path.write_text('{"notes": {"a": 1}}\n{"notes": {"b"')
    assert list(reader.read()) == [{"notes": {"a": 1}}]
    with path.open("a") as stream:
        stream.write(": 2}}\n")
    assert list(reader.read()) == [{"notes": {"b": 2}}]


def test_damaged_line_is_told(tmp_path: Path) -> None:
    """On a full disk half a line is followed by the next one; the rest still counts."""
    (tmp_path / "1.samples").write_text('{"notes": {"b"{"notes": {}}\n{"notes": {"a": 1}}\n')
    lines = list(SpoolReader(tmp_path).read())
    assert "could not be written" in next(iter(lines[0]["notes"]))
    assert lines[1] == {"notes": {"a": 1}}


def test_files_are_private(tmp_path: Path) -> None:
    """Paths and answers of a staging site are nobody else's business."""
    spool = Spool(tmp_path)
    spool.say(hello={})
    spool.close()
    assert spool.path.stat().st_mode & 0o777 == 0o600
