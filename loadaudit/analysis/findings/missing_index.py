"""LA305: a statement reads a large table from end to end, and is not slow yet."""

from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.findings import slow_statement
from loadaudit.records import Finding, Severity, TableScan

CODE = "LA305"

LEAST_ROWS = 10_000
"""Smaller tables are read in a moment."""


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per table and columns; statements that are slow already are `slow_statement`'s."""
    slow = {statement for finding in slow_statement.find(facts) for statement in finding.statements}
    wanted: dict[tuple[str, tuple[str, ...]], list[tuple[str, TableScan]]] = {}
    for statement, scans in facts.scans.items():
        for scan in scans if statement not in slow else ():
            if scan.columns and scan.rows >= LEAST_ROWS:
                wanted.setdefault((scan.table, scan.columns), []).append((statement, scan))
    for (table, columns), found in sorted(wanted.items()):
        statements = tuple(statement for statement, _ in found)
        used = sorted(
            operation.id for operation, tally in facts.known() if not tally.statements.keys().isdisjoint(statements)
        )
        yield Finding(
            code=CODE,
            severity=Severity.INFO,
            operations=tuple(used),
            values={
                "table": table,
                "index": ", ".join(columns),
                "rows": max(scan.rows for _, scan in found),
                "number": len(statements),
            },
            statements=statements[:1],
        )
