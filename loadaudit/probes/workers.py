"""How many workers of the server were busy and how many idle, second by second, from the traces of the run."""

from collections import Counter
from collections.abc import Iterable, Iterator

from loadaudit.records import SeriesReading

NAME = "workers"
_STEP_NS = 1_000_000_000

Served = tuple[int, int, int]
"""Worker, and start and end of one request on the clock of the run, in nanoseconds."""


def worker_readings(served: Iterable[Served]) -> Iterator[SeriesReading]:
    """Yield what was so at each full second until the last request: exact, where a look from outside is a guess.

    A worker is idle when it serves no request, and is counted from its first request to its last.
    """
    in_flight: dict[int, Counter[int]] = {}
    lives: dict[int, tuple[int, int]] = {}
    for worker, start_ns, end_ns in served:
        first_ns, last_ns = lives.get(worker, (start_ns, end_ns))
        lives[worker] = min(first_ns, start_ns), max(last_ns, end_ns)
        for second in range(max(0, -(-start_ns // _STEP_NS)), -(-end_ns // _STEP_NS)):
            in_flight.setdefault(second, Counter())[worker] += 1
    if not lives:
        return
    for second in range(max(last_ns for _, last_ns in lives.values()) // _STEP_NS + 1):
        at_ns = second * _STEP_NS
        living = sum(first_ns <= at_ns < last_ns for first_ns, last_ns in lives.values())
        busy = in_flight.get(second, Counter[int]())
        yield SeriesReading(
            probe=NAME,
            time_ns=at_ns,
            values={
                "requests_in_flight": float(busy.total()),
                "busy": float(len(busy)),
                "idle": float(max(0, living - len(busy))),
            },
        )
