"""LA306: an export is made whole in memory before its first byte goes out."""

from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.statistics import in_order, median
from loadaudit.analysis.tallies import OperationTally
from loadaudit.records import Finding, Operation, Severity

CODE = "LA306"

LARGE_BYTES = 1024 * 1024
LATE_NS = 1_000_000_000
_SHARE = 0.8
_MINIMUM = 3
_EXPORT = "Export"


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per export of 1 MiB or more whose first byte comes after 1 s, and four fifths of its time.

    A streamed answer begins early and ends late; one that is made whole first begins late and then ends at once.
    Proven when the server worked until just before the first byte, and did not stand in line.
    """
    for operation, tally in facts.known():
        if facts.imported is not None or not _exports(operation, tally) or len(tally.success_body_bytes) < _MINIMUM:
            continue
        size = median(tally.success_body_bytes) or 0
        first_ns = median(tally.success_first_byte_ns) or 0
        whole_ns = median(in_order([tally.success_response_ns])) or 0
        if size < LARGE_BYTES or first_ns < LATE_NS or first_ns < _SHARE * whole_ns:
            continue
        service_ns = median(tally.service_ns) or 0
        proven = service_ns >= _SHARE * first_ns
        values: dict[str, str | int | float] = {
            "median_bytes": size,
            "first_ns": first_ns,
            "whole_ns": whole_ns,
            "service_ns": service_ns,
            "n": len(tally.success_body_bytes),
        }
        if not proven:
            values["unproven"] = "it_waited_elsewhere"
        yield Finding(
            code=CODE,
            severity=Severity.WARNING,
            operations=(operation.id,),
            values=values,
            samples=tuple(tally.served_numbers[:3]),
            proven=proven,
        )


def _exports(operation: Operation, tally: OperationTally) -> bool:
    return operation.category == _EXPORT or tally.files * 2 > tally.successes > 0
