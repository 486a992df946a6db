"""Workers of the server, second by second."""

from loadaudit.probes.workers import worker_readings

S = 1_000_000_000


def test_busy_and_idle_workers() -> None:
    """Worker 1 serves two requests at once, worker 2 begins later and has a pause."""
    served = [(1, 0, 3 * S), (1, S // 2, 2 * S), (2, S, S + 10), (2, 2 * S + 5, 3 * S + 1)]
    found = [
        (one.values["requests_in_flight"], one.values["busy"], one.values["idle"]) for one in worker_readings(served)
    ]
    assert found == [(1, 1, 0), (3, 2, 0), (1, 1, 1), (1, 1, 0)]


def test_a_run_without_traces_says_nothing() -> None:
    """Nobody served anything."""
    assert list(worker_readings([])) == []
