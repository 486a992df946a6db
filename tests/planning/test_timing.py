"""How long a load has to last."""

from dataclasses import replace

import pytest

from loadaudit.planning.lanes import with_lanes
from loadaudit.planning.timing import needed_s, with_note_on_time
from loadaudit.records import Lane, Outcome, Plan, Ramp, Shape, Stage, Tried
from tests.load.builders import planned


def plan(operations: int, users: int, **changes: object) -> Plan:
    """Return a plan of light requests of one role."""
    requests = tuple(planned(f"GET /{number}/") for number in range(operations))
    made = Plan(requests=requests, exclusions=(), identities=(), users=users, duration_s=None, think_time_s=0.1)
    return replace(made, **changes)  # type: ignore[arg-type]


def test_each_user_goes_round_all_operations() -> None:
    """100 operations, 0.15 s each, two rounds of ten users make 20 samples."""
    assert needed_s(plan(100, 10)) == pytest.approx(2 * 100 * 0.15)
    assert needed_s(plan(100, 1)) == pytest.approx(20 * 100 * 0.15)
    assert needed_s(plan(0, 10)) == 0


def test_the_preflight_knows_the_latencies() -> None:
    tried = Tried(operation_id="GET /0/", outcome=Outcome.OK, role="owner", path="/0/", tries=1, latency_s=2.0)
    assert needed_s(plan(1, 20, tried=(tried,))) == pytest.approx(2.1)


def test_a_server_answers_no_more_than_its_workers_can() -> None:
    """20 requests of 2 s in two threads; of 2 s of a processor in one worker, which more users do not make faster."""
    tried = Tried(operation_id="GET /0/", outcome=Outcome.OK, role="owner", path="/0/", tries=1, latency_s=2.0)
    waits = plan(1, 20, tried=(tried,), workers=1, threads=2)
    assert needed_s(waits) == pytest.approx(20)
    computes = replace(waits, tried=(replace(tried, cpu_s=2.0),), threads=8, max_duration_s=30.0)
    assert needed_s(computes) == pytest.approx(40)
    assert needed_s(replace(computes, users=200)) == pytest.approx(40)
    (note,) = with_note_on_time(computes).measured
    assert "needs 40 s at 20 users" in note
    assert "workers (run --workers): more users would wait" in note


def test_heavy_requests_are_sent_a_few_at_once() -> None:
    """Six of one second, three times each, two at once."""
    requests = tuple(planned(f"GET /{number}/", lane=Lane.HEAVY) for number in range(6))
    assert needed_s(with_lanes(plan(0, 10, requests=requests))) == pytest.approx(9.0)


def test_health_checks_need_their_samples_in_half_of_the_time() -> None:
    """One user and endpoint: one per second, in every second stretch."""
    requests = (planned("GET /a/"), planned("GET /health/", lane=Lane.HEALTH))
    assert needed_s(with_lanes(plan(0, 1, requests=requests))) == pytest.approx(40.0)
    # Never less than one comparison of stretches with and without.
    assert needed_s(with_lanes(plan(0, 10, requests=requests))) == pytest.approx(8.0)


def test_a_note_says_when_the_time_is_too_short() -> None:
    """Once, also when the plan is looked at again; and the time that it names is enough."""
    short = with_note_on_time(with_note_on_time(plan(1000, 10)))
    assert len(short.notes) == 1
    assert "needs 6 min at 10 users; this one ends after 60 s" in short.notes[0]
    assert with_note_on_time(replace(plan(1000, 10), max_duration_s=360.0)).notes == ()
    assert with_note_on_time(plan(10, 10)).notes == ()
    known = Tried(operation_id="GET /0/", outcome=Outcome.OK, role="owner", path="/", tries=1, latency_s=900.0)
    measured = with_note_on_time(plan(10, 10, tried=(known,)))
    assert (measured.notes, len(measured.measured)) == ((), 1)


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        # 5 users in a straight line up and down again: half of them all the time.
        (Shape(users=Ramp(start=0, stages=(Stage(duration_s=3.5, target=5), Stage(duration_s=3.5, target=0)))), "more"),
        (Shape(users=Ramp(start=5, stages=(Stage(duration_s=6.5, target=5),))), ""),
        (Shape(iterations=199), "needs 200 requests; this one ends after 199"),
        (Shape(iterations=200), ""),
    ],
)
def test_stages_and_iterations_may_be_too_few(shape: Shape, words: str) -> None:
    """Ten operations of 0.15 s, five users, four rounds."""
    found = with_note_on_time(replace(plan(10, 5), shape=shape, max_duration_s=shape.duration_s or 60.0)).notes
    assert len(found) == bool(words)
    assert words in "".join(found)


def test_a_role_without_a_user_is_said() -> None:
    requests = (planned("GET /a/"), planned("GET /b/", role="anonymous"))
    (note,) = with_note_on_time(plan(0, 1, requests=requests)).notes
    assert "Give --users 2." in note
    assert with_note_on_time(plan(0, 2, requests=requests)).notes == ()


def test_each_heavy_operation_is_sent_by_one_user() -> None:
    """Its three times come one after the other, however little the other user has to do."""
    requests = tuple(planned(f"GET /{number}/", lane=Lane.HEAVY) for number in range(2))
    tried = Tried(operation_id="GET /0/", outcome=Outcome.OK, role="owner", path="/0/", tries=1, latency_s=20.0)
    assert needed_s(with_lanes(plan(0, 1, requests=requests, tried=(tried,)))) == pytest.approx(60.0)
