"""After the load: which of the heaviest statements read a table from end to end."""

from collections.abc import Iterable

from loadaudit.probes.explain import Scan, scans_of
from loadaudit.probes.postgresql import PostgresqlProbe
from loadaudit.runfile.reader import RunFile
from loadaudit.runfile.writer import RunWriter

MOST_STATEMENTS = 20
_STATEMENT_CHARS = 200


def note_scans(probes: Iterable[object], writer: RunWriter) -> None:
    """Note them in the run file; what cannot be found out costs the run nothing."""
    for probe in probes:
        if not isinstance(probe, PostgresqlProbe):
            continue
        with RunFile(writer.path) as run:
            statements = run.heaviest_statements(probe.alias, MOST_STATEMENTS)
        try:
            for statement, scan in scans_of(probe, statements):
                writer.add_message(scan_text(statement, scan))
        except Exception as error:  # a driver's own kind
            reason = " ".join(str(error).split())
            writer.add_message(f"{probe.name}: the heaviest statements could not be explained: {reason}")


def scan_text(statement: str, scan: Scan) -> str:
    """Return one sentence on what the plan says and what would help."""
    shown = statement if len(statement) <= _STATEMENT_CHARS else f"{statement[:_STATEMENT_CHARS]}…"
    advice = f" An index on {scan.table} ({', '.join(scan.columns)}) would serve it." if scan.columns else ""
    return (
        f"EXPLAIN: {scan.table} ({scan.rows:,} rows) is read from end to end, {100 * scan.cost_share:.0f} % of the "
        f"statement's cost, for the filter {scan.filter}.{advice} {shown}"
    )
