"""Samples files of a Locust that somebody has started by hand become a run."""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from loadaudit.audit.locustfile import operation_finder
from loadaudit.audit.options import Observer, RunOptions
from loadaudit.audit.recording import COMPLETED, LoadResult
from loadaudit.audit.run import FinishedRun, begun, ended, finished
from loadaudit.conf import Config
from loadaudit.errors import UsageError
from loadaudit.load.batches import samples_of, traces_of
from loadaudit.load.correlation import sample_number
from loadaudit.load.locust.engine import notes_of
from loadaudit.load.locust.spool import parsed_line
from loadaudit.load.locust.standalone import FORMAT
from loadaudit.planning.logins.pages import login_paths
from loadaudit.records import Plan, RunInfo, ToolVerdict
from loadaudit.runfile import folder as runs_folder
from loadaudit.runfile.codec import from_plain
from loadaudit.runfile.writer import RunWriter

_BEGINNING = b'{"head"'
_LOWER_HALF = 0xFFFF_FFFF


def import_samples(
    config: Config, paths: Sequence[Path], label: str, observer: Observer, *, detailed: bool = False
) -> FinishedRun:
    """Make a run of samples files and return its file and analysis. Raises UsageError when one cannot be read."""
    heads = [_head_of(path) for path in paths]
    inventory, info = begun(config, RunOptions(label=label, target=heads[0]["target"]), observer)
    info = _described(info, heads, config)
    path = runs_folder.path_of(config.runs_dir, info.id)
    with ExitStack() as stack:
        writer = stack.enter_context(RunWriter(path, info))
        writer.add_inventory(inventory)
        files = _Files(operation_of=operation_finder(inventory), writer=writer)
        first_ns = min(int(head["wall_ns"]) for head in heads)
        for one, head in zip(paths, heads, strict=True):
            observer.phase(f"Reading {one}")
            files.read(one, int(head["wall_ns"]) - first_ns)
        plan = _plan_of(heads, len(files.users))
        writer.add_plan(plan)
        for note in (*inventory.notes, *plan.notes, *notes_of(files.notes)):
            writer.add_message(note)
        observer.phase("Analysing")
        result = LoadResult(reason=COMPLETED, load_ns=files.end_ns, request_count=files.requests)
        info = replace(info, users=plan.users)
        ended_info = ended(info, None, result, COMPLETED)
        if files.cut_short:
            ended_info = replace(ended_info, finish_reason="")
        return finished(path, writer, ended_info, config, None, detailed=detailed)


def are_samples(paths: Sequence[Path]) -> bool:
    """Say whether any of the files begins like a samples file; then all have to be."""
    return any(_begins_like_samples(path) for path in paths)


def _begins_like_samples(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(len(_BEGINNING)) == _BEGINNING
    except OSError:
        return False


@dataclass(slots=True, kw_only=True)
class _Files:
    """What has been read so far, of all files."""

    operation_of: Any
    writer: RunWriter
    users: dict[tuple[Path, int], int] = field(default_factory=dict)
    """Virtual users of the files as those of the run."""
    notes: dict[str, int] = field(default_factory=dict)
    end_ns: int = 0
    requests: int = 0
    cut_short: bool = False
    """Whether a Locust was killed."""

    def read(self, path: Path, shift_ns: int) -> None:
        """Store what a file holds; its times begin `shift_ns` after those of the run."""
        through = False
        for document in _lines(path):
            if "samples" in document:
                self._samples(path, document, shift_ns)
            elif "verdicts" in document:
                verdicts = [from_plain(ToolVerdict, one) for one in document["verdicts"]]
                self.writer.add_tool_verdicts([self._judged(path, one) for one in verdicts])
            elif "notes" in document:
                for text, count in document["notes"].items():
                    self.notes[text] = self.notes.get(text, 0) + count
            through = through or "bye" in document
        self.cut_short = self.cut_short or not through

    def _samples(self, path: Path, document: dict[str, Any], shift_ns: int) -> None:
        samples = []
        for one in samples_of(document):
            number = self._number(path, one.number)
            start_ns = one.start_ns + shift_ns
            samples.append(
                one._replace(
                    number=number,
                    vu=(number >> 32) - 1,
                    operation_id=self.operation_of(one.operation_id, one.path),
                    start_ns=start_ns,
                    intended_start_ns=one.intended_start_ns + shift_ns,
                )
            )
            self.end_ns = max(self.end_ns, start_ns + one.response_ns)
        self.requests += len(samples)
        self.writer.add_samples(samples)
        traces = traces_of(document)
        self.writer.add_traces([replace(one, number=self._number(path, one.number)) for one in traces])

    def _judged(self, path: Path, verdict: ToolVerdict) -> ToolVerdict:
        numbers = tuple(self._number(path, one) for one in verdict.numbers)
        return replace(verdict, number=numbers[0], numbers=numbers)

    def _number(self, path: Path, number: int) -> int:
        """Return the number of a sample in the run: users of two files are two, whatever their numbers."""
        vu = self.users.setdefault((path, number >> 32), len(self.users))
        return sample_number(vu, number & _LOWER_HALF)


def _described(info: RunInfo, heads: Sequence[dict[str, Any]], config: Config) -> RunInfo:
    first = min(heads, key=lambda head: int(head["wall_ns"]))
    traces = all(head["traces"] for head in heads)
    return replace(
        info,
        started_at=first["started_at"],
        target=first["target"],
        traces_expected=traces,
        environment={
            "load": f"locustfile {first['locustfile']}, started by hand",
            "locust": first["locust"],
            "server": first["target"],
            "isolation": "remote target",
            "host": ", ".join(sorted({str(head["host"]) for head in heads})),
            "traces": "summaries in Server-Timing" if traces else "none: LOADAUDIT_TOKEN_KEY was not set",
            "login pages": " ".join(login_paths(config.login)),
        },
    )


def _plan_of(heads: Sequence[dict[str, Any]], users: int) -> Plan:
    name = str(heads[0]["locustfile"])
    classes = ", ".join(dict.fromkeys(one for head in heads for one in head["users"]))
    notes = [
        f"The load was that of {name} under Locust {heads[0]['locust']}, started by hand: {classes}. "
        "Whom a request was meant for is known from its trace alone; statements and exceptions are not in summaries."
    ]
    if not all(head["traces"] for head in heads):
        notes.append("LOADAUDIT_TOKEN_KEY was not set where Locust ran, so no trace came back and nothing is proven.")
    return Plan(
        requests=(), exclusions=(), identities=(), users=users, duration_s=None, notes=tuple(notes), sender=name
    )


def _head_of(path: Path) -> dict[str, Any]:
    """Return what a samples file says of itself. Raises UsageError when it is none, or one that we cannot read."""
    try:
        with path.open(encoding="utf-8") as stream:
            head = json.loads(stream.readline())["head"]
        if int(head["format"]) != FORMAT:
            raise UsageError(
                f"{path} has format {head['format']}, and this loadaudit reads {FORMAT}.",
                hint="Import it with the version of loadaudit that Locust ran with.",
            )
        return dict(head)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}.", hint="Correct the path.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{path} is no samples file of loadaudit.",
            hint="A Locust whose locustfile has `import loadaudit.contrib.locust` writes one, and says where.",
        ) from error


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of a file; the last one of a Locust that was killed may be half a line."""
    with path.open(encoding="utf-8") as stream:
        for line in stream:
            if line.endswith("\n"):
                yield parsed_line(line)
