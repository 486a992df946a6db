"""Samples on their way out of Locust processes: one file of JSON lines each, which is read while it grows.

A file and no pipe, because a full pipe would stop every user of the process that writes.
"""

import json
import os
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from loadaudit.load.batches import encode_batch
from loadaudit.records import Sample, ToolVerdict, Trace
from loadaudit.runfile.codec import to_plain
from loadaudit.runfile.redaction import redact_path

SUFFIX = ".samples"


class Spool:
    """Collects what one process has to tell, and appends it to its file now and then."""

    def __init__(self, folder: Path, *, prefix: str = "", private: bool = False) -> None:
        """`private` leaves out what addresses may give away, for a file that stays."""
        self._folder = folder
        self.prefix = prefix
        self._private = private
        self._stream: IO[str] | None = None
        self._pid = 0
        self._samples: deque[Sample] = deque()
        self._traces: deque[Trace] = deque()
        self._verdicts: deque[ToolVerdict] = deque()
        self._notes: Counter[str] = Counter()
        self.head: dict[str, Any] = {}
        """First line of the file."""

    @property
    def path(self) -> Path:
        """The file of this process."""
        return self._folder / f"{self.prefix}{os.getpid()}{SUFFIX}"

    def add(self, sample: Sample, trace: Trace | None) -> None:
        """Take one sample, and its trace where there is one already."""
        self._samples.append(sample)
        if trace is not None:
            self._traces.append(trace)

    def judge(self, verdict: ToolVerdict) -> None:
        """Take what Locust says about a request."""
        self._verdicts.append(verdict)

    def count(self, note: str) -> None:
        """Count something that the report is to tell."""
        self._notes[note] += 1

    def say(self, **document: Any) -> None:
        """Write one line at once."""
        self._write([json.dumps(document, separators=(",", ":"))])

    def flush(self) -> None:
        """Append what has come in since the last time."""
        lines = []
        if self._samples:
            samples, traces = _emptied(self._samples), _emptied(self._traces)
            if self._private:
                samples = [
                    one._replace(path=redact_path(one.path), location=redact_path(one.location)) for one in samples
                ]
            lines.append(encode_batch(samples, traces))
        if self._verdicts:
            verdicts = _emptied(self._verdicts)
            if self._private:
                verdicts = [replace(one, name=redact_path(one.name)) for one in verdicts]
            lines.append(json.dumps({"verdicts": to_plain(verdicts)}, separators=(",", ":")))
        if self._notes:
            notes, self._notes = self._notes, Counter()
            lines.append(json.dumps({"notes": notes}, separators=(",", ":")))
        if lines:
            self._write(lines)

    def close(self) -> None:
        """Write the rest and close the file."""
        self.flush()
        if self._stream is not None and self._pid == os.getpid():
            self._stream.close()
        self._stream = None

    def forget(self) -> None:
        """Begin anew in a forked process: what its parent had collected is its parent's to write."""
        self._samples.clear()
        self._traces.clear()
        self._verdicts.clear()
        self._notes.clear()

    def _write(self, lines: list[str]) -> None:
        if self._stream is None or self._pid != os.getpid():
            self._pid = os.getpid()
            self._stream = open(self.path, "a", encoding="utf-8", opener=_private)  # noqa: SIM115
            if self.head:
                self._stream.write(json.dumps(self.head) + "\n")
        self._stream.write("\n".join(lines) + "\n")
        self._stream.flush()


class SpoolReader:
    """Reads the files of a folder while they grow."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._offsets: dict[Path, int] = {}

    def read(self) -> Iterator[dict[str, Any]]:
        """Yield the lines that have been completed since the last time."""
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            with path.open("rb") as stream:
                stream.seek(self._offsets.get(path, 0))
                for line in stream:
                    if not line.endswith(b"\n"):
                        break
                    self._offsets[path] = self._offsets.get(path, 0) + len(line)
                    yield parsed_line(line)


def parsed_line(line: bytes | str) -> dict[str, Any]:
    """Return what a line holds; of a damaged one, that it was."""
    try:
        document: dict[str, Any] = json.loads(line)
    except ValueError:
        # As on a full disk, where the next line goes on behind half of one.
        return {"notes": {"samples that could not be written whole are missing": 1}}
    return document


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def _emptied(waiting: "deque[Any]") -> list[Any]:
    return [waiting.popleft() for _ in range(len(waiting))]
