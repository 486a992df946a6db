"""After the load: how heavy statements are carried out, which read tables from end to end, when servers give up."""

from collections.abc import Iterable, Iterator, Mapping

from django.db import connections

from loadaudit.audit.places import Place
from loadaudit.probes import explain, explain_sqlite
from loadaudit.probes.explain_plans import estimate_error
from loadaudit.probes.postgresql import PostgresqlProbe
from loadaudit.probes.time_limits import configured_limits, postgresql_limits
from loadaudit.probes.workers import worker_readings
from loadaudit.records import StatementPlan, TableScan
from loadaudit.runfile.reader import RunFile
from loadaudit.runfile.redaction import redact_sql
from loadaudit.runfile.writer import RunWriter

MOST_STATEMENTS = 20
LEAST_ERROR, LEAST_ROWS = 10, 100
"""From which on an estimate of the server is worth a note: times too high or too low, and rows."""
_STATEMENT_CHARS = 200


def note_servers(place: Place, writer: RunWriter) -> None:
    """Note all of it in the run file; what cannot be found out costs the run nothing.

    Statements that came with their values from a throw-away clone are carried out there once more; nothing of the
    values is stored.
    """
    bound = place.inbox.bound if place.inbox is not None else {}
    stored = {(alias, redact_sql(sql)): text for (alias, sql), text in bound.items()}
    with RunFile(writer.path) as run:
        writer.add_series(list(worker_readings(run.served())))
    asked = [one for one in place.probes if isinstance(one, PostgresqlProbe)]
    for probe in asked:
        try:
            texts = {sql: text for (alias, sql), text in stored.items() if alias == probe.alias}
            found = tuple(explain.plans_of(probe, _heaviest(writer, probe.alias), texts))
            writer.add_observations(postgresql_limits(probe))
        except Exception as error:  # a driver's own kind
            reason = " ".join(str(error).split())
            writer.add_message(f"{probe.name}: the heaviest statements could not be explained: {reason}")
        else:
            _keep(writer, found)
    if place.same_databases:
        writer.add_observations(configured_limits())
        for alias in _sqlite_aliases():
            _keep(writer, explain_sqlite.scans_of(alias, _heaviest(writer, alias)))


def _shown(statement: str) -> str:
    return statement if len(statement) <= _STATEMENT_CHARS else f"{statement[:_STATEMENT_CHARS]}…"


def _keep(writer: RunWriter, observed: Iterable[StatementPlan | TableScan]) -> None:
    found = tuple(observed)
    writer.add_observations(found)
    for one in found:
        text = scan_text(one) if isinstance(one, TableScan) else estimate_text(one)
        if text:
            writer.add_message(text)


def _heaviest(writer: RunWriter, alias: str) -> Mapping[str, float]:
    with RunFile(writer.path) as run:
        return run.heaviest_statements(alias, MOST_STATEMENTS)


def _sqlite_aliases() -> Iterator[str]:
    return (alias for alias in connections if connections[alias].vendor == "sqlite")


def estimate_text(plan: StatementPlan) -> str:
    """Return one sentence where the server expects far more or fewer rows than there were, else nothing."""
    if plan.worst_node:
        if not _is_far_off(plan.worst_expected_rows, plan.worst_found_rows):
            return ""
        return (
            f"EXPLAIN ANALYZE on the clone: {plan.worst_expected_rows:,.0f} rows expected of {plan.worst_node}, "
            f"{plan.worst_found_rows:,.0f} found; if ANALYZE of its tables does not mend that, CREATE STATISTICS may. "
            f"{_shown(plan.statement)}"
        )
    if plan.measured_rows is None or not _is_far_off(plan.estimated_rows, plan.measured_rows):
        return ""
    return (
        f"EXPLAIN: {plan.estimated_rows:,.0f} rows expected, {plan.measured_rows:,.0f} returned in the mean; if "
        f"ANALYZE of its tables does not mend that, CREATE STATISTICS may. {_shown(plan.statement)}"
    )


def _is_far_off(expected: float, found: float) -> bool:
    return estimate_error(expected, found) >= LEAST_ERROR and max(expected, found) >= LEAST_ROWS


def scan_text(scan: TableScan) -> str:
    """Return one sentence on what the plan says and what would help."""
    advice = f" An index on {scan.table} ({', '.join(scan.columns)}) would serve it." if scan.columns else ""
    share = "" if scan.cost_share is None else f", {100 * scan.cost_share:.0f} % of the statement's cost,"
    read = f"EXPLAIN: {scan.table} ({scan.rows:,} rows) is read from end to end{share}"
    return f"{read} for the filter {scan.filter}.{advice} {_shown(scan.statement)}"
