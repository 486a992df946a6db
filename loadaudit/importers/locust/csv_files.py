"""The CSV files of `locust --csv`: statistics, failures, exceptions and history of one run."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from loadaudit.errors import UsageError
from loadaudit.importers.interface import Source
from loadaudit.importers.locust.rows import AGGREGATED, LIMITS, TOOL, ErrorRow, StatsRow, groups_of
from loadaudit.importers.names import Names
from loadaudit.records import ImportedResults, ImportedSecond, Limit

_HEADS = {
    "stats": ("name", "request count", "failure count"),
    "failures": ("name", "error", "occurrences"),
    "exceptions": ("count", "message", "traceback"),
    "history": ("timestamp", "user count", "name"),
}
"""Kind of file → columns that no other kind has together."""

_OLD = {"# requests": "request count", "# failures": "failure count", "method": "type"}
_QUANTILE = re.compile(r"\d+(?:\.\d+)?%")
_MS = 1_000_000
_FIELD_LIMIT = 1 << 24

Row = Mapping[str, str]


class LocustCsv:
    """Importer of Locust's CSV files."""

    tool = TOOL

    def recognises(self, source: Source) -> bool:
        """Say whether the first line has the columns of one of the files."""
        return _kind(source) is not None

    def read(self, sources: Sequence[Source], names: Names) -> ImportedResults:
        """Return the sums per name, the time line of all names, and what the script raised."""
        files = _by_kind(sources)
        if "stats" not in files:
            raise UsageError(
                f"Among {', '.join(one.name for one in sources)} is no statistics file of Locust.",
                hint="Name the file that ends in _stats.csv too; the others only add to it.",
            )
        errors = [_error_row(row) for row in _rows(files["failures"])] if "failures" in files else []
        rows = [_stats_row(row, files["stats"]) for row in _rows(files["stats"])]
        history = list(_rows(files["history"])) if "history" in files else []
        timeline, started_s, duration_s, users = _timeline(history)
        limits = [*LIMITS]
        limits += [] if "failures" in files else [Limit.NO_FAILURE_TEXTS]
        limits += [] if timeline else [Limit.NO_TIMELINE]
        exceptions = _rows(files["exceptions"]) if "exceptions" in files else ()
        return ImportedResults(
            tool=TOOL,
            sources=tuple(one.name for one in sources),
            groups=groups_of(rows, errors, names),
            timeline=timeline,
            limits=tuple(limits),
            notes=tuple(f"The script raised {row['message']} ({row['count']} times)." for row in exceptions),
            started_s=started_s,
            duration_s=duration_s,
            users=users,
        )


def _kind(source: Source) -> str | None:
    first = source.head.decode("utf-8-sig", "replace").split("\n", 1)[0]
    columns = {_column(one) for one in next(csv.reader([first]), [])}
    return next((kind for kind, needed in _HEADS.items() if columns.issuperset(needed)), None)


def _column(text: str) -> str:
    name = text.strip().lower()
    return _OLD.get(name, name)


def _by_kind(sources: Sequence[Source]) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for source in sources:
        kind = _kind(source) or ""
        if kind in files:
            raise UsageError(
                f"{files[kind].name} and {source.name} are both the {kind} of a run of Locust.",
                hint="Import one run at a time.",
            )
        files[kind] = source.path
    return files


def _rows(path: Path) -> Iterator[Row]:
    """Yield the rows by column. Raises UsageError for one that has fewer fields than there are columns."""
    csv.field_size_limit(_FIELD_LIMIT)
    text = path.read_bytes().decode("utf-8-sig", "replace")
    reader = csv.reader(io.StringIO(text, newline=""))
    columns = [_column(one) for one in next(reader, [])]
    for fields in reader:
        if not fields:
            continue
        if len(fields) < len(columns):
            raise UsageError(
                f"{path.name} is truncated: line {reader.line_num} has {len(fields)} of {len(columns)} columns.",
                hint="Copy it again from where the load test ran, after Locust has ended.",
            )
        yield dict(zip(columns, fields, strict=False))


def _stats_row(row: Row, path: Path) -> StatsRow:
    try:
        quantiles = [(float(key[:-1]) / 100, _number(value)) for key, value in row.items() if _QUANTILE.fullmatch(key)]
        return StatsRow(
            method=row["type"] if row["type"] != "None" else "",
            name=row["name"],
            requests=int(row["request count"]),
            failures=int(row["failure count"]),
            mean_bytes=_number(row.get("average content size", "0")),
            min_ms=_number(row.get("min response time", "0")),
            max_ms=_number(row.get("max response time", "0")),
            quantiles_ms=tuple(sorted(quantiles)),
        )
    except (ValueError, KeyError) as error:
        raise UsageError(
            f"{path.name}: the row of {row.get('name', '?')!r} cannot be read ({error}).",
            hint="It must be the file as Locust wrote it, with a comma between fields and a point in numbers.",
        ) from error


def _error_row(row: Row) -> ErrorRow:
    return ErrorRow(
        method=row.get("type", ""), name=row["name"], text=row["error"], count=int(_number(row["occurrences"]))
    )


def _number(text: str) -> float:
    """Return a number; `N/A` stands where there was no request."""
    return 0.0 if text in ("", "N/A", "None") else float(text)


def _timeline(rows: Sequence[Row]) -> tuple[tuple[ImportedSecond, ...], float, float, int]:
    """Return what was added from row to row, the first moment, the length in seconds and the most users."""
    own = [row for row in rows if row["name"] in AGGREGATED and row["timestamp"].isdigit()]
    if not own:
        return (), 0.0, 0.0, 0
    first, found = int(own[0]["timestamp"]), []
    requests = failures = users = 0
    for row in own:
        now_requests, now_failures = (int(_number(row[f"total {kind} count"])) for kind in ("request", "failure"))
        count = int(_number(row["user count"]))
        users = max(users, count)
        # A reset of the statistics, at the end of spawning, begins to count anew.
        added, failed = now_requests - requests, now_failures - failures
        found.append(
            ImportedSecond(
                second=int(row["timestamp"]) - first,
                requests=max(added, 0),
                failures=max(failed, 0),
                users=count,
            )
        )
        requests, failures = now_requests, now_failures
    return tuple(found), float(first), float(int(own[-1]["timestamp"]) - first), users
