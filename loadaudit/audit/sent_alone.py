"""What was sent alone, for the run file."""

from collections.abc import Iterable, Iterator

from loadaudit.planning.preflight.judge import Trial, Try
from loadaudit.runfile.writer import RunWriter


def telling(trials: Iterable[Trial]) -> Iterator[Try]:
    """Yield the best try of each operation, those that repeat it, and one of each identity that was turned away."""
    for trial in trials:
        if trial.best is not None:
            yield from (trial.best, *trial.turned_away, *trial.again)


def record(writer: RunWriter, tries: Iterable[Try]) -> None:
    """Store requests that were sent alone, with their traces."""
    kept = list(tries)
    writer.add_samples(one.sample for one in kept)
    writer.add_traces(one.trace for one in kept if one.trace is not None)
