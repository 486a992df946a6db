"""What a load tool said about its own requests, beside what is proven of them."""

from collections import Counter
from collections.abc import Iterable

from loadaudit.analysis.result_tools import ToolComparison, ToolRow
from loadaudit.records import Outcome, Sample, ToolVerdict


class ToolTally:
    """Follows the samples that a tool has spoken of through the one pass over all of them."""

    def __init__(self, verdicts: Iterable[ToolVerdict]) -> None:
        self._verdicts = tuple(verdicts)
        self._wanted = {number for one in self._verdicts for number in one.numbers}
        self._seen: dict[int, tuple[str, Outcome, bool]] = {}

    @property
    def spoke(self) -> bool:
        """Whether another tool sent this load."""
        return bool(self._verdicts)

    def add(self, sample: Sample, outcome: Outcome, *, success: bool) -> None:
        """Take what one sample turned out to be."""
        if sample.number in self._wanted:
            self._seen[sample.number] = (sample.operation_id, outcome, success)

    def comparison(self) -> ToolComparison | None:
        """Return the comparison, or None when no tool has spoken."""
        if not self._verdicts:
            return None
        rows: dict[str, _Row] = {}
        for verdict in self._verdicts:
            hops = [self._seen[number] for number in verdict.numbers if number in self._seen]
            if hops:
                # The operation that was asked for: a redirect to the login page is no success of its own.
                rows.setdefault(hops[0][0], _Row(hops[0][0])).add(verdict, hops)
        made = tuple(rows[key].made() for key in sorted(rows))
        return ToolComparison(
            requests=sum(one.requests for one in made),
            successes=sum(one.successes for one in made),
            proven=sum(one.proven for one in made),
            rows=made,
        )


class _Row:
    def __init__(self, operation_id: str) -> None:
        self.operation_id = operation_id
        self.counts: Counter[tuple[bool, bool]] = Counter()
        self.outcomes: Counter[Outcome] = Counter()
        self.failures: Counter[str] = Counter()

    def add(self, verdict: ToolVerdict, hops: list[tuple[str, Outcome, bool]]) -> None:
        proven = all(success for _, _, success in hops)
        self.counts[not verdict.failure, proven] += 1
        if verdict.failure:
            self.failures[verdict.failure] += 1
        elif not proven:
            self.outcomes[next(outcome for _, outcome, success in hops if not success)] += 1

    def made(self) -> ToolRow:
        counts = self.counts
        outcome = self.outcomes.most_common(1)[0][0] if self.outcomes else None
        return ToolRow(
            operation_id=self.operation_id,
            requests=counts.total(),
            successes=counts[True, True] + counts[True, False],
            proven=counts[True, True] + counts[False, True],
            success_unproven=counts[True, False],
            failure_proven=counts[False, True],
            outcome=outcome if outcome is not Outcome.OK else None,
            failure=self.failures.most_common(1)[0][0] if self.failures else "",
        )
