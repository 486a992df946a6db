"""The order of operations, and how long each may take."""

from loadaudit.planning.preflight.turns import order_of, shared_out
from loadaudit.records import Parameter, Risk
from tests.analysis.factories import operation


def test_several_shares_of_the_time_that_is_left() -> None:
    """Never less than a moment, also where none is left."""
    operations = [operation(f"GET /{number}/") for number in range(60)]
    times = iter([0.0, *[130.0] * 59])
    ends = [end for _, end in shared_out(operations, lambda: next(times), lambda: 120.0)]
    assert (ends[0], ends[-1]) == (12.0, 135.0)


def test_what_ends_something_comes_behind_what_changes_it() -> None:
    """And before what is deleted."""
    row = (Parameter(name="pk", converter="int"),)
    ids = ["DELETE /s/<int:pk>/", "POST /s/<int:pk>/cancel/", "PATCH /s/<int:pk>/", "POST /s/<int:pk>/claim/"]
    risks = {"DELETE /s/<int:pk>/": Risk.DESTRUCTIVE}
    made = [operation(one, parameters=row, risk=risks.get(one, Risk.MUTATING)) for one in ids]
    assert [one.id for one in sorted(made, key=order_of)] == [ids[3], ids[2], ids[1], ids[0]]
    assert order_of(operation("POST /s/bulk-close-old/"))[0] < order_of(made[1])[0]
