"""LA403: an operation, or every request, computes so long that it holds up the other requests of its worker."""

from collections.abc import Collection, Iterator, Sequence

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.findings.n_plus_one import REPEATS
from loadaudit.analysis.outcomes import is_account_page
from loadaudit.analysis.statistics import median, nearest_rank
from loadaudit.analysis.tallies import OperationTally
from loadaudit.records import Finding, Severity

CODE = "LA403"

LONG_NS = 250_000_000
LONG_ON_A_FULL_MACHINE_NS = 100_000_000
"""A core does at most ten such requests a second; where no CPU is left, they are what the others wait for."""
HOLDING_NS = 400_000_000
"""From here on the request holds up its worker whatever else it does or waits for."""
_SHARE = 0.6
_MINIMUM = 3
_SITE = 10
"""Operations from which on what nearly all of them compute is taken for the site's."""
_NEARLY_ALL = 0.9
_UNDISTURBED = 0.9
_STATEMENTS = 20
"""Per request, from which on an operation shows what a statement costs beside the database."""
_STATEMENT_NS = 1_000_000
"""What it costs at most: more is other work."""


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per operation, and one for what nearly all of them compute, which is not counted again.

    Password hashing is slow on purpose and therefore info. The share is of the service time of the least disturbed
    tenth of the requests: threads that wait for each other's interpreter lock lengthen service and hardly CPU time.
    """
    statement_ns = _statement_ns(facts)
    # A loop of statements is a finding of its own, whose remedy takes their CPU time along.
    computed_ns = {
        operation.id: _own_cpu_ns(facts, tally) - _looped(tally) * statement_ns
        for operation, tally in facts.known()
        if len(tally.cpu_ns) >= _MINIMUM
    }
    shared_ns = _shared_ns(computed_ns.values())
    if shared_ns:
        yield _of_the_site(facts, [one for one, cpu_ns in computed_ns.items() if cpu_ns >= shared_ns], shared_ns)
    long_ns = LONG_ON_A_FULL_MACHINE_NS if facts.cpu_contended else LONG_NS
    for operation_id, cpu_ns in computed_ns.items():
        if cpu_ns - shared_ns < long_ns:
            continue
        tally = facts.tallies[operation_id]
        share = cpu_ns / max(nearest_rank(sorted(tally.service_ns), 0.1), cpu_ns)
        if cpu_ns >= HOLDING_NS or share >= _SHARE:
            yield _of_operation(operation_id, tally, cpu_ns, share)


def _shared_ns(computed_ns: Collection[int]) -> int:
    """Return what nearly every operation computes; 0 where that is little, or the operations are too few to tell."""
    if len(computed_ns) < _SITE:
        return 0
    shared_ns = nearest_rank(sorted(computed_ns), 1 - _NEARLY_ALL)
    return shared_ns if shared_ns >= LONG_ON_A_FULL_MACHINE_NS else 0


def _of_the_site(facts: RunFacts, operation_ids: Sequence[str], shared_ns: int) -> Finding:
    tallies = [facts.tallies[one] for one in operation_ids]
    return Finding(
        code=CODE,
        severity=Severity.WARNING,
        operations=tuple(operation_ids),
        values={
            "kind": "everywhere",
            "cpu_ns": shared_ns,
            "of": len(operation_ids),
            "n": sum(len(one.cpu_ns) for one in tallies),
        },
        samples=_longest(tallies[0]),
    )


def _of_operation(operation_id: str, tally: OperationTally, cpu_ns: int, share: float) -> Finding:
    hashing = is_account_page(operation_id)
    return Finding(
        code=CODE,
        severity=Severity.INFO if hashing else Severity.WARNING,
        operations=(operation_id,),
        values={
            "cpu_ns": cpu_ns,
            "service_ns": median(tally.service_ns) or 0,
            "share": round(share, 4),
            "n": len(tally.cpu_ns),
            "password_hashing": int(hashing),
        },
        samples=_longest(tally),
    )


def _statement_ns(facts: RunFacts) -> int:
    """Return the CPU time that making and reading a statement takes, as the operation shows it that adds least."""
    counts = ((median(tally.cpu_ns) or 0, median(tally.sql_count) or 0) for _, tally in facts.known())
    return min([_STATEMENT_NS, *(cpu_ns // count for cpu_ns, count in counts if count >= _STATEMENTS)])


def _looped(tally: OperationTally) -> int:
    """Return how many statements a typical request executes in loops."""
    counts = [(median(one.counts) or 0, len(one.counts)) for one in tally.statements.values()]
    return sum(count for count, n in counts if count >= REPEATS and 2 * n > len(tally.cpu_ns))


def _own_cpu_ns(facts: RunFacts, tally: OperationTally) -> int:
    """Return the CPU time of a typical request without that of statements, which SQLite executes in the same thread.

    Of those nobody knows more than that it is less than their time, which on a busy machine is mostly waiting. So the
    least disturbed tenth tells, and never more than the median of all CPU time.
    """
    cpu_ns = median(tally.cpu_ns) or 0
    if not facts.sqlite or not tally.cpu_ns:
        return cpu_ns
    own_ns = sorted(max(cpu_ns - sql_ns, 0) for cpu_ns, sql_ns in zip(tally.cpu_ns, tally.sql_ns, strict=True))
    return min(cpu_ns, nearest_rank(own_ns, _UNDISTURBED))


def _longest(tally: OperationTally) -> tuple[int, ...]:
    order = sorted(range(len(tally.cpu_ns)), key=lambda index: -tally.cpu_ns[index])
    return tuple(tally.served_numbers[index] for index in order[:3])
