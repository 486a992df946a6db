"""Turns other tools' results into a run: read, matched with the inventory, judged, and stored as one whole file."""

import os
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path

import psutil

from loadaudit.analysis.analyse import analyse
from loadaudit.analysis.result import Analysis
from loadaudit.audit.options import Selection
from loadaudit.audit.saved import loadaudit_version, read_inventory
from loadaudit.audit.stages import take_inventory
from loadaudit.conf import Config
from loadaudit.errors import UsageError
from loadaudit.importers.choose import recognised
from loadaudit.importers.mapping import read_mapping, stub
from loadaudit.importers.names import Names, Resolver, RouteResolver
from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.records import ImportedResults, Inventory, RunInfo
from loadaudit.runfile.folder import check_label, new_run_id, path_of, prepare
from loadaudit.runfile.reader import RunFile
from loadaudit.runfile.writer import RunWriter

_UNFINISHED = ".importing"
_OWNER = re.compile(r"\.(\d+)\.importing$")
_SUFFIXES = re.compile(r"(?:_(?:stats|failures|exceptions|stats_history))?(?:\.(?:csv|html?|log|jsonl?|txt|gz))*$")
IMPORTED = "imported"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """What the operator asked of an import."""

    files: tuple[Path, ...]
    label: str = ""
    """Empty: the name that the files share."""
    mapping: Path | None = None
    inventory: Path | None = None
    """A saved inventory; None: that of the project."""
    target: str = ""
    note: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What the operator knows about server, database and the like, by name."""
    selection: Selection = field(default_factory=Selection)
    detailed: bool = False
    """Whether the analysis has what the HTML page draws."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A run that was made from files."""

    path: Path
    analysis: Analysis
    mapping_stub: str
    """JSON to begin a mapping file with; empty where each name was matched."""


def import_results(config: Config, options: ImportOptions) -> Import:
    """Read the files, store them as a run and return its analysis.

    Raises UsageError for files that cannot be read, are unknown, truncated, or of several runs.
    """
    importer, sources = recognised(options.files)
    if options.inventory is not None:
        inventory = read_inventory(options.inventory)
        resolver: Resolver = RouteResolver(inventory.operations)
    else:
        inventory = take_inventory(config, options.selection)
        resolver = ProjectResolver()
    ids = {one.id for one in inventory.operations}
    mapping = read_mapping(options.mapping, ids) if options.mapping else {}
    results = importer.read(sources, Names(inventory.operations, resolver, mapping))
    if not results.requests:
        raise UsageError(
            f"There is no request in {', '.join(results.sources)}.", hint="Name the results of a load test that ran."
        )
    known = {one.label for one in results.groups} | {one.name for one in results.groups}
    results = replace(results, notes=(*results.notes, *_unused(mapping, known)))
    path, analysis = _store(config, options, inventory, results)
    return Import(path=path, analysis=analysis, mapping_stub=stub(results.groups))


class ProjectResolver:
    """Resolves paths by the project's own URLconf."""

    def __init__(self) -> None:
        self._index = RouteIndex.from_urlconf(None)

    def __call__(self, path: str) -> str | None:
        """Return the route of a path, or None."""
        return self._index.route_for(path)


def _store(
    config: Config, options: ImportOptions, inventory: Inventory, results: ImportedResults
) -> tuple[Path, Analysis]:
    """Write the run file under a name that no list shows, and give it its own once it is whole."""
    prepare(config.runs_dir)
    _remove_unfinished(config.runs_dir)
    run_id = new_run_id(time.time())
    unfinished = config.runs_dir / f".{run_id}.{os.getpid()}{_UNFINISHED}"
    info = _info(config, options, results, run_id)
    try:
        with RunWriter(unfinished, info) as writer:
            writer.add_inventory(inventory)
            writer.add_imported(results)
            for note in results.notes:
                writer.add_message(note)
            with RunFile(unfinished) as run:
                analysis = analyse(run, slow_ms=config.slow_ms, detailed=options.detailed)
            total = analysis.coverage.total
            info = replace(info, operation_count=total.operations, succeeded_count=total.succeeded)
            writer.finish(info)
        path = path_of(config.runs_dir, run_id)
        unfinished.rename(path)
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            unfinished.with_name(unfinished.name + suffix).unlink(missing_ok=True)
    return path, replace(analysis, info=info)


def _info(config: Config, options: ImportOptions, results: ImportedResults, run_id: str) -> RunInfo:
    started_s = results.started_s or min(one.stat().st_mtime for one in options.files)
    started_at = datetime.fromtimestamp(started_s, UTC).astimezone().isoformat(timespec="seconds")
    return RunInfo(
        id=run_id,
        label=check_label(options.label) if options.label else _label(results.sources),
        started_at=started_at,
        target=options.target or results.target,
        users=results.users,
        seed=0,
        duration_s=results.duration_s or None,
        finished_at=datetime.now(UTC).astimezone().isoformat(timespec="seconds"),
        finish_reason=IMPORTED,
        load_ns=round(results.duration_s * 1e9),
        traces_expected=False,
        request_count=results.requests,
        thresholds=config.thresholds,
        environment={
            "imported from": f"{results.tool}: {', '.join(results.sources)}",
            "imported by loadaudit": loadaudit_version(),
            **options.facts,
        },
        note=options.note,
    )


def _label(names: Sequence[str]) -> str:
    """Return what the names of the files have in common, as a label."""
    letters = zip(*(_SUFFIXES.sub("", name) for name in names), strict=False)
    common = "".join(one[0] for one in takewhile(lambda same: len(set(same)) == 1, letters)) or Path(names[0]).stem
    return re.sub(r"[^\w.+@-]+", "-", common).strip("-._+@")[:64] or IMPORTED


def _unused(mapping: object, known: set[str]) -> list[str]:
    names = list(mapping) if isinstance(mapping, dict) else []
    return [f"The mapping names {name!r}, which the results do not have." for name in names if name not in known]


def _remove_unfinished(folder: Path) -> None:
    """Remove what killed imports left; one that is still at work keeps its file."""
    for path in folder.glob(f".*{_UNFINISHED}*"):
        owner = _OWNER.search(path.name.partition(_UNFINISHED)[0] + _UNFINISHED)
        if owner and not psutil.pid_exists(int(owner[1])):
            with suppress(OSError):
                path.unlink()
