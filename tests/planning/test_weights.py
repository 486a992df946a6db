"""Weights follow the recorded traffic, or share the time out by category, as far as the duration allows."""

from dataclasses import replace

from loadaudit.load.evening import MOST_WEIGHT
from loadaudit.planning.timing import needed_s
from loadaudit.planning.weights import BY_CATEGORY, RECORDED, fitted, room_of, weighted
from loadaudit.records import Kind, Lane, Operation, Outcome, Plan, Tried
from tests.analysis.factories import operation
from tests.load.builders import planned

LONG_S = 3600.0


def operations(*kinds: tuple[str, str]) -> list[Operation]:
    """Return operations by id and category."""
    return [
        replace(operation(), id=id_, category=category, kind=Kind.READ if id_.startswith("GET") else Kind.WRITE)
        for id_, category in kinds
    ]


def plan(known: list[Operation], duration_s: float | None = LONG_S) -> Plan:
    """Return a plan of all of them, as long as it takes."""
    return Plan(
        requests=tuple(planned(one.id) for one in known),
        exclusions=(),
        identities=(),
        users=10,
        duration_s=duration_s,
        max_duration_s=duration_s or 60.0,
    )


def weights(made: Plan) -> dict[str, int]:
    """Return the weights by operation."""
    return {one.operation_id: one.weight for one in made.requests}


def test_each_category_gets_the_same_time() -> None:
    """Four pages and one dashboard of equal latency: the dashboard is sent four times as often."""
    known = operations(*((f"GET /{n}/", "Read") for n in range(4)), ("GET /dashboard/", "Dashboard"))
    made = weighted(plan(known), known, {})
    assert weights(made) == {**{f"GET /{n}/": 1 for n in range(4)}, "GET /dashboard/": 4}
    assert [one.weight_origin for one in made.requests] == [*[""] * 4, BY_CATEGORY]


def test_recorded_traffic_says_which_reads_are_favoured() -> None:
    """The others stay in; writes are shared out by category as before."""
    known = operations(("GET /a/", "Read"), ("GET /b/", "Read"), ("GET /c/", "Read"), ("POST /a/", "Write"))
    made = weighted(plan(known), known, {"GET /a/": 200, "GET /b/": 40, "POST /a/": 999})
    assert weights(made) == {"GET /a/": MOST_WEIGHT, "GET /b/": 2, "GET /c/": 1, "POST /a/": 1}
    assert made.requests[0].weight_origin == RECORDED


def test_weights_never_take_the_samples_of_others() -> None:
    """What the duration has no room for is cut."""
    known = operations(*((f"GET /{n}/", "Read") for n in range(200)), ("GET /dashboard/", "Dashboard"))
    full = weighted(plan(known), known, {})
    cut = weighted(plan(known, 61.0), known, {})
    assert weights(full)["GET /dashboard/"] == MOST_WEIGHT
    assert 1 < weights(cut)["GET /dashboard/"] < MOST_WEIGHT
    assert set(weights(weighted(plan(known, 30.0), known, {})).values()) == {1}


def test_load_that_ends_by_itself_gets_little_longer() -> None:
    """At most by half."""
    known = operations(*((f"GET /{n}/", "Read") for n in range(10)), ("GET /dashboard/", "Dashboard"))
    assert 1 < weights(weighted(plan(known, None), known, {}))["GET /dashboard/"] <= 6


def test_other_lanes_have_no_weights() -> None:
    """They have rounds, or a rate."""
    known = operations(*((f"GET /{n}/", "Read") for n in range(4)), ("GET /health/", "Health"))
    made = plan(known)
    made = replace(made, requests=(*made.requests[:4], replace(made.requests[4], lane=Lane.HEALTH)))
    assert set(weights(weighted(made, known, {})).values()) == {1}


def test_planning_again_begins_anew() -> None:
    """Earlier weights count for nothing."""
    known = operations(*((f"GET /{n}/", "Read") for n in range(4)), ("GET /dashboard/", "Dashboard"))
    once = weighted(plan(known), known, {})
    assert weighted(once, known, {}) == once


def measured(made: Plan, latency_s: float) -> Plan:
    """Return the plan behind a preflight in which everything took so long."""
    tried = (
        Tried(operation_id=one.operation_id, outcome=Outcome.OK, role="user", path="/", tries=1, latency_s=latency_s)
        for one in made.requests
    )
    return replace(made, tried=tuple(tried))


def test_what_was_measured_changes_no_plan() -> None:
    """No request takes as long as the one before, and the same seed has to give the same plan."""
    known = operations(*((f"GET /{n}/", "Read") for n in range(4)), ("GET /dashboard/", "Dashboard"))
    once = weighted(plan(known), known, {"GET /0/": 5, "GET /1/": 1})
    assert replace(weighted(measured(plan(known), 7.0), known, {"GET /0/": 5, "GET /1/": 1}), tried=()) == once


def test_the_load_has_time_enough_for_what_was_measured() -> None:
    """Weights of recorded traffic are cut then, and there is no room to even categories out."""
    known = operations(*((f"GET /{n}/", "Read") for n in range(30)), ("POST /a/", "Write"), ("POST /b/", "Batch"))
    traffic = {"GET /0/": 9, "GET /1/": 1}
    limit_s = 1.1 * needed_s(measured(plan(known), 2.4))
    made = weighted(replace(plan(known), duration_s=limit_s, max_duration_s=limit_s), known, traffic)
    assert weights(fitted(made)) == weights(made)
    assert weights(made)["GET /0/"] == MOST_WEIGHT
    assert room_of(made) > 1
    slow = fitted(measured(made, 2.4))
    assert 1 < weights(slow)["GET /0/"] < MOST_WEIGHT
    assert needed_s(slow) <= limit_s
    assert room_of(slow) == 0
    assert {one.evened_in for one in slow.requests} == {"", "Write", "Batch"}


def test_what_failed_alone_is_sent_once_in_a_round() -> None:
    """However much more often its category would be sent."""
    known = operations(*((f"GET /{n}/", "Read") for n in range(4)), ("GET /dashboard/", "Dashboard"))
    broken = plan(known)
    broken = replace(broken, requests=(*broken.requests[:4], replace(broken.requests[4], kept_because="500")))
    made = weighted(broken, known, {}).requests[4]
    assert (made.weight, made.evened_in) == (1, "")
