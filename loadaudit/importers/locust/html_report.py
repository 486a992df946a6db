"""The report of `locust --html`: the JSON inside it, or, before version 2.21, its tables."""

import calendar
import html
import json
import re
import time
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from typing import Any

from loadaudit.errors import UsageError
from loadaudit.importers.interface import Source
from loadaudit.importers.locust.rows import LIMITS, TOOL, ErrorRow, StatsRow, groups_of
from loadaudit.importers.names import Names
from loadaudit.records import ImportedResults, ImportedSecond, Limit

_ARGUMENTS = re.compile(r"window\.templateArgs\s*=\s*(?=\{)")
_SHARE = re.compile(r"[01](?:\.\d+)?")
_TABLE_SHARE = re.compile(r"(\d+(?:\.\d+)?)%ile \(ms\)")


class LocustHtml:
    """Importer of Locust's HTML report."""

    tool = TOOL

    def recognises(self, source: Source) -> bool:
        """Say whether it is a page with Locust's title."""
        head = source.head[:4096].lower()
        return b"<html" in head and (b"<title>locust" in head or b"test report for" in head)

    def read(self, sources: Sequence[Source], names: Names) -> ImportedResults:
        """Return the sums per name and the time line."""
        if len(sources) > 1:
            raise UsageError("Each report of Locust is a run of its own.", hint="Import one at a time.")
        text = sources[0].path.read_bytes().decode("utf-8", "replace")
        found = _ARGUMENTS.search(text)
        if found is None:
            return _from_tables(text, sources[0], names)
        try:
            arguments, _end = json.JSONDecoder().raw_decode(text, found.end())
            return _from_arguments(arguments, sources[0], names)
        except (ValueError, KeyError, TypeError) as error:
            raise _truncated(sources[0], str(error)) from error


def _from_arguments(arguments: Mapping[str, Any], source: Source, names: Names) -> ImportedResults:
    times = {(one["method"], one["name"]): one for one in arguments["response_time_statistics"]}
    rows = [_json_row(one, times) for one in arguments["requests_statistics"]]
    errors = [
        ErrorRow(
            method=one["method"] or "",
            name=html.unescape(one["name"]),
            text=html.unescape(str(one["error"])),
            count=int(one["occurrences"]),
        )
        for one in arguments["failures_statistics"]
    ]
    started_s, ended_s = _wall_s(arguments["start_time"]), _wall_s(arguments["end_time"])
    timeline, users = _timeline(arguments.get("history", ()), started_s)
    exceptions = arguments.get("exceptions_statistics", ())
    return ImportedResults(
        tool=TOOL,
        sources=(source.name,),
        groups=groups_of(rows, errors, names),
        timeline=timeline,
        limits=LIMITS if timeline else (*LIMITS, Limit.NO_TIMELINE),
        notes=tuple(f"The script raised {one.get('msg')} ({one.get('count')} times)." for one in exceptions),
        started_s=started_s,
        duration_s=max(ended_s - started_s, 0.0),
        users=users,
        target="" if arguments.get("host") in (None, "None") else str(arguments["host"]),
    )


def _json_row(row: Mapping[str, Any], times: Mapping[tuple[Any, Any], Mapping[str, Any]]) -> StatsRow:
    own = times.get((row["method"] or "", row["name"])) or times.get((row["method"], row["name"])) or {}
    quantiles = [(float(key), float(value or 0)) for key, value in own.items() if _SHARE.fullmatch(key)]
    return StatsRow(
        method=row["method"] or "",
        name=html.unescape(row.get("safe_name") or row["name"]),
        requests=int(row["num_requests"]),
        failures=int(row["num_failures"]),
        mean_bytes=float(row["avg_content_length"] or 0),
        min_ms=float(row["min_response_time"] or 0),
        max_ms=float(row["max_response_time"] or 0),
        quantiles_ms=tuple(sorted(quantiles)),
    )


def _timeline(history: Sequence[Mapping[str, Any]], started_s: float) -> tuple[tuple[ImportedSecond, ...], int]:
    """Return the stretches between the readings; Locust's history has rates and no counts."""
    readings = [
        (_wall_s(str(one["time"])), _last(one["current_rps"]), _last(one["current_fail_per_sec"]), _users(one))
        for one in history
        if one.get("time")
    ]
    found, before = [], started_s
    for moment, rate, failing, users in readings:
        length = moment - before
        if length > 0:
            found.append(
                ImportedSecond(
                    second=max(int(before - started_s), 0),
                    requests=round(rate * length),
                    failures=round(failing * length),
                    users=users,
                )
            )
            before = moment
    return tuple(found), max((one[3] for one in readings), default=0)


def _last(value: Any) -> float:
    """Return a figure that newer versions write as [time, figure]."""
    return float((value[-1] if isinstance(value, list) else value) or 0)


def _users(reading: Mapping[str, Any]) -> int:
    return int(_last(reading.get("user_count", 0)))


def _wall_s(text: str) -> float:
    """Return seconds since 1970 of a UTC time as Locust writes it, 0 when it is none."""
    found = re.match(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)", text)
    return float(calendar.timegm(time.strptime(f"{found[1]} {found[2]}", "%Y-%m-%d %H:%M:%S"))) if found else 0.0


class _Tables(HTMLParser):
    """Collects the tables of a page as lists of rows of texts, and the texts of `span` elements."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self.spans: list[str] = []
        self._text: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th", "span"):
            self._text = []

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "span") and self._text is not None:
            text, self._text = "".join(self._text).strip(), None
            if tag == "span":
                self.spans.append(text)
            elif self.tables and self.tables[-1]:
                self.tables[-1][-1].append(text)

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)


def _from_tables(text: str, source: Source, names: Names) -> ImportedResults:
    parser = _Tables()
    parser.feed(text)
    tables = {tuple(one[0]): one[1:] for one in parser.tables if one and one[0]}
    requests = next((rows for head, rows in tables.items() if "# Requests" in head), None)
    times = next(((head, rows) for head, rows in tables.items() if any(map(_TABLE_SHARE.fullmatch, head))), None)
    failures = next((rows for head, rows in tables.items() if "Occurrences" in head), [])
    if requests is None or times is None or "</html>" not in text[-2000:].lower():
        raise _truncated(source, "it ends before its tables do")
    quantiles = {(row[0], row[1]): _table_quantiles(times[0], row) for row in times[1]}
    try:
        rows = [_table_row(row, quantiles.get((row[0], row[1]), ())) for row in requests]
        errors = [ErrorRow(method=one[0], name=one[1], text=one[2], count=int(one[3])) for one in failures]
    except (ValueError, IndexError) as error:
        raise _truncated(source, str(error)) from error
    moments = [moment for moment in map(_wall_s, parser.spans) if moment]
    return ImportedResults(
        tool=TOOL,
        sources=(source.name,),
        groups=groups_of(rows, errors, names),
        limits=(*LIMITS, Limit.SIZES_ARE_TRUNCATED, Limit.NO_TIMELINE),
        started_s=moments[0] if moments else 0.0,
        duration_s=moments[1] - moments[0] if len(moments) > 1 else 0.0,
        target=next((one for one in parser.spans if one.startswith("http")), ""),
    )


def _table_quantiles(head: Sequence[str], row: Sequence[str]) -> tuple[tuple[float, float], ...]:
    found = []
    for name, value in zip(head, row, strict=False):
        share = _TABLE_SHARE.fullmatch(name)
        if share:
            found.append((float(share[1]) / 100, float(value)))
    return tuple(sorted(found))


def _table_row(row: Sequence[str], quantiles_ms: tuple[tuple[float, float], ...]) -> StatsRow:
    return StatsRow(
        method=row[0],
        name=row[1],
        requests=int(row[2]),
        failures=int(row[3]),
        mean_bytes=float(row[7]),
        min_ms=float(row[5]),
        max_ms=float(row[6]),
        quantiles_ms=quantiles_ms,
    )


def _truncated(source: Source, detail: str) -> UsageError:
    return UsageError(
        f"{source.name} is not a whole report of Locust: {detail}.",
        hint="Download it again, or import the CSV files of the same run.",
    )
