"""Weights follow the recorded traffic, or share the time out by category, as far as the duration allows."""

from dataclasses import replace

from loadaudit.planning.timing import needed_s
from loadaudit.planning.weights import BY_CATEGORY, MOST_WEIGHT, RECORDED, weighted
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
    """Behind the preflight the latencies are known, and earlier weights count for nothing."""
    known = operations(*((f"GET /{n}/", "Read") for n in range(4)), ("GET /dashboard/", "Dashboard"))
    once = weighted(plan(known), known, {})
    assert weighted(once, known, {}) == once


def test_time_enough_for_what_was_measured() -> None:
    """However roughly the weights take it."""
    known = operations(*((f"GET /{n}/", "Read") for n in range(30)), ("GET /dashboard/", "Dashboard"))
    tried = tuple(
        Tried(operation_id=one.id, outcome=Outcome.OK, role="user", path="/", tries=1, latency_s=0.24) for one in known
    )
    measured = replace(plan(known), tried=tried)
    limit_s = 1.05 * needed_s(measured)
    made = weighted(replace(measured, duration_s=limit_s, max_duration_s=limit_s), known, {})
    assert needed_s(made) <= limit_s


def test_the_same_plan_comes_out_again() -> None:
    """Though no request takes as long as the one before; what takes ten times as long counts."""
    known = operations(*((f"GET /{n}/", "Read") for n in range(4)), ("GET /dashboard/", "Dashboard"))

    def measured(*latencies_s: float) -> dict[str, int]:
        tried = tuple(
            Tried(operation_id=one.id, outcome=Outcome.OK, role="user", path="/", tries=1, latency_s=latency_s)
            for one, latency_s in zip(known, latencies_s, strict=True)
        )
        made = weighted(replace(plan(known), tried=tried), known, {})
        assert made.tried == tried
        return weights(made)

    assert measured(0.01, 0.03, 0.02, 0.04, 0.009) == measured(0.03, 0.02, 0.09, 0.01, 0.05)
    assert measured(0.01, 0.03, 0.02, 0.04, 1.0)["GET /dashboard/"] == 1
