"""The order of operations, and how long each may take."""

from loadaudit.planning.preflight.turns import shared_out
from tests.analysis.factories import operation


def test_several_shares_of_the_time_that_is_left() -> None:
    """Never less than a moment, also where none is left."""
    operations = [operation(f"GET /{number}/") for number in range(60)]
    times = iter([0.0, *[130.0] * 59])
    ends = [end for _, end in shared_out(operations, lambda: next(times), 120.0)]
    assert (ends[0], ends[-1]) == (12.0, 135.0)
