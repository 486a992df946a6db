"""After the load: who waited for whom, which heavy statements read a table from end to end, when servers give up."""

from collections.abc import Iterable, Iterator

from django.db import connections

from loadaudit.probes import explain, explain_sqlite
from loadaudit.probes.postgresql import PostgresqlProbe
from loadaudit.probes.time_limits import configured_limits, postgresql_limits
from loadaudit.records import TableScan
from loadaudit.runfile.reader import RunFile
from loadaudit.runfile.writer import RunWriter

MOST_STATEMENTS = 20
_STATEMENT_CHARS = 200


def note_servers(probes: Iterable[object], writer: RunWriter, *, own_databases: bool) -> None:
    """Note both in the run file; what cannot be found out costs the run nothing.

    `own_databases`: those of this process are the ones that the load went to.
    """
    asked = [one for one in probes if isinstance(one, PostgresqlProbe)]
    for probe in asked:
        writer.add_observations(probe.blockings())
        try:
            scans = tuple(explain.scans_of(probe, _heaviest(writer, probe.alias)))
            writer.add_observations(postgresql_limits(probe))
        except Exception as error:  # a driver's own kind
            reason = " ".join(str(error).split())
            writer.add_message(f"{probe.name}: the heaviest statements could not be explained: {reason}")
        else:
            _keep(writer, scans)
    if own_databases:
        writer.add_observations(configured_limits())
        for alias in _sqlite_aliases():
            _keep(writer, explain_sqlite.scans_of(alias, _heaviest(writer, alias)))


def _keep(writer: RunWriter, scans: Iterable[TableScan]) -> None:
    found = tuple(scans)
    writer.add_observations(found)
    for scan in found:
        writer.add_message(scan_text(scan))


def _heaviest(writer: RunWriter, alias: str) -> tuple[str, ...]:
    with RunFile(writer.path) as run:
        return run.heaviest_statements(alias, MOST_STATEMENTS)


def _sqlite_aliases() -> Iterator[str]:
    return (alias for alias in connections if connections[alias].vendor == "sqlite")


def scan_text(scan: TableScan) -> str:
    """Return one sentence on what the plan says and what would help."""
    text = scan.statement
    shown = text if len(text) <= _STATEMENT_CHARS else f"{text[:_STATEMENT_CHARS]}…"
    advice = f" An index on {scan.table} ({', '.join(scan.columns)}) would serve it." if scan.columns else ""
    share = "" if scan.cost_share is None else f", {100 * scan.cost_share:.0f} % of the statement's cost,"
    read = f"EXPLAIN: {scan.table} ({scan.rows:,} rows) is read from end to end{share}"
    return f"{read} for the filter {scan.filter}.{advice} {shown}"
