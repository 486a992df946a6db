"""What a load tool said about its own requests, beside what is proven of them."""

from loadaudit.analysis.result_tools import ToolComparison, ToolRow
from loadaudit.analysis.tools import ToolTally
from loadaudit.records import Outcome, ToolVerdict
from tests.analysis.factories import PAGE, sample

LOGIN = "GET /accounts/login/"


def verdict(*numbers: int, failure: str = "") -> ToolVerdict:
    """Return what a tool said about a request with these hops."""
    return ToolVerdict(number=numbers[0], numbers=numbers, method="GET", name="a page", failure=failure)


def compared(verdicts: list[ToolVerdict], outcomes: dict[int, tuple[str, Outcome]]) -> ToolComparison:
    """Return the comparison, with samples that turned out like that; `ok` is proven."""
    tally = ToolTally(verdicts)
    for number, (operation_id, outcome) in outcomes.items():
        tally.add(sample(number, operation_id), outcome, success=outcome is Outcome.OK)
    comparison = tally.comparison()
    assert comparison is not None
    return comparison


def test_no_tool_no_comparison() -> None:
    """A run of loadaudit's own plan has none."""
    assert ToolTally([]).comparison() is None


def test_redirect_to_the_login_counts_for_what_was_asked_for() -> None:
    """The login page that answered in the end does not make a success of the page."""
    found = compared([verdict(1, 2)], {1: (PAGE, Outcome.DENIED), 2: (LOGIN, Outcome.OK)})
    assert found.rows == (
        ToolRow(
            operation_id=PAGE,
            requests=1,
            successes=1,
            proven=0,
            success_unproven=1,
            failure_proven=0,
            outcome=Outcome.DENIED,
        ),
    )


def test_failure_of_a_later_hop_counts_too() -> None:
    """A write whose page behind the redirect fails is no proven success."""
    found = compared([verdict(1, 2)], {1: (PAGE, Outcome.OK), 2: (LOGIN, Outcome.SERVER_ERROR)})
    assert (found.proven, found.rows[0].outcome) == (0, Outcome.SERVER_ERROR)


def test_failure_that_was_proper_is_told() -> None:
    """What the file did not like may be a proven success; its own words say why it did not."""
    found = compared([verdict(1, failure="too slow"), verdict(2)], {1: (PAGE, Outcome.OK), 2: (PAGE, Outcome.OK)})
    (row,) = found.rows
    assert (row.requests, row.successes, row.proven, row.failure_proven, row.failure) == (2, 1, 2, 1, "too slow")


def test_requests_that_were_cut_off_are_left_out() -> None:
    """A verdict whose samples never came says nothing."""
    assert compared([verdict(1), verdict(9)], {1: (PAGE, Outcome.OK)}).requests == 1
