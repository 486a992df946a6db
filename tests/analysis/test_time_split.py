"""Where the time of requests went."""

from loadaudit.analysis.time_split import SplitTally, parts_of
from loadaudit.records import ALONE_BIT, Sample, Trace
from tests.analysis.factories import request, use

MS = 1_000_000


def pair(number: int = 1, *, response_ms: int = 100, **server: int) -> tuple[Sample, Trace]:
    """Return a request that began at 1 s and reached the server 20 ms later, which worked on it for 70 ms."""
    sample, trace = request(
        number,
        "GET /a/",
        client={"start_ns": 1_000 * MS, "response_ns": response_ms * MS, "new_connection": False},
        server={
            "start_ns": 1_020 * MS,
            "service_ns": 70 * MS,
            "database_ns": 40 * MS,
            "python_ns": 20 * MS,
            "waiting_ns": 7 * MS,
            **server,
        },
    )
    assert trace is not None
    return sample, trace


def named(sample: Sample, trace: Trace) -> dict[str, int]:
    """Return the parts of one request by name, those that are not 0."""
    tally = SplitTally()
    tally.add(sample, trace)
    result = tally.result()
    assert result is not None
    return {name: value // MS for name, value in result.slowest.parts.items() if value}


def test_the_parts_add_up_to_what_the_client_saw() -> None:
    """Before and after the server too; what nobody can say is unexplained."""
    parts = named(*pair())
    assert parts == {"queue": 20, "database": 40, "python": 20, "waiting": 7, "sending": 10, "unexplained": 3}
    assert sum(parts.values()) == 100


def test_another_clock_divides_no_further() -> None:
    """Of a remote server only the service time is known, and of what is sent alone not when it was sent."""
    for sample, trace in (pair(start_ns=0), pair(ALONE_BIT | 7)):
        parts = named(sample, trace)
        assert (parts["outside"], parts.get("queue"), sum(parts.values())) == (30, None, 100)


def test_connecting_is_no_queue() -> None:
    """A new connection takes its time before the request waits."""
    sample, trace = pair()
    parts = named(sample._replace(new_connection=True, dns_ns=1 * MS, connect_ns=5 * MS), trace)
    assert (parts["network"], parts["queue"]) == (5, 15)


def test_no_part_is_negative() -> None:
    """Also where the clocks contradict each other."""
    sample, trace = pair(service_ns=200 * MS, start_ns=900 * MS)
    assert min(parts_of(sample, trace)) == 0


def test_the_typical_request_leaves_the_extremes_out() -> None:
    """Means of the middle half, so that they add up; the slowest is shown with its statements."""
    tally = SplitTally()
    for number in range(1, 9):
        sample, trace = pair(number, response_ms=5_000 if number == 8 else 100)
        tally.add(sample, trace)
    result = tally.result()
    assert result is not None
    assert (result.n, result.typical_ns // MS, sum(result.typical.values()) // MS) == (8, 100, 100)
    assert (result.slowest.number, result.slowest.response_ns // MS) == (8, 5_000)


def test_statements_of_the_slowest_request() -> None:
    """With the place in the project's code that repeats them."""
    sample, trace = request(1, "GET /a/", server={"statements": (use("SELECT 1", 3, call_site="views.py:1 in a"),)})
    tally = SplitTally()
    assert trace is not None
    tally.add(sample, trace)
    result = tally.result()
    assert result is not None
    (statement,) = result.slowest.statements
    assert (statement.executions, statement.call_site) == (3, "views.py:1 in a")


def test_memory_is_bounded() -> None:
    """Of many requests an even part is kept, and the slowest one is still the slowest."""
    tally = SplitTally()
    for number in range(1, 10_001):
        sample, trace = pair(number, response_ms=100 + (number == 7_777))
        tally.add(sample, trace)
    result = tally.result()
    assert result is not None
    assert (result.n, result.slowest.number) == (10_000, 7_777)
    assert len(tally._totals) <= 2_000
