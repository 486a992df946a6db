"""Findings of two runs are matched, whatever their numbers are."""

from loadaudit.analysis.comparison.findings import told_apart
from loadaudit.records import Finding, Severity


def finding(code: str, *operations: str, statements: tuple[str, ...] = (), **values: int) -> Finding:
    """Return a finding about these operations."""
    return Finding(
        code=code, severity=Severity.INFO, operations=operations, statements=statements, values=values, samples=()
    )


def test_other_numbers_are_the_same_finding() -> None:
    """What was seen 10 times is still there when it is seen 12 times."""
    new, gone, kept = told_apart([finding("LA201", "GET /a/", count=10)], [finding("LA201", "GET /a/", count=12)])
    assert not new
    assert not gone
    assert kept[0].second.values["count"] == 12


def test_an_operation_that_joins_makes_no_new_finding() -> None:
    """It is named, and the one that left is."""
    (kept,) = told_apart([finding("LA602", "GET /a/", "GET /b/")], [finding("LA602", "GET /b/", "GET /c/")])[2]
    assert kept.joined == ("GET /c/",)
    assert kept.left == ("GET /a/",)


def test_one_finding_about_many_operations_stays_one_with_others() -> None:
    """Too few requests of some pages, then of others: still too few requests."""
    new, gone, kept = told_apart([finding("LA602", "GET /a/", "GET /b/")], [finding("LA602", "GET /c/")])
    assert (len(new), len(gone), len(kept)) == (0, 0, 1)


def test_another_operation_has_a_finding_of_its_own() -> None:
    """The loop of one page was mended, and another page has one now."""
    new, gone, kept = told_apart([finding("LA201", "GET /a/")], [finding("LA201", "GET /b/")])
    assert new[0].operations == ("GET /b/",)
    assert gone[0].operations == ("GET /a/",)
    assert not kept


def test_two_findings_of_one_operation_are_told_apart_by_their_statements() -> None:
    """One of two loops was mended."""
    loops = [finding("LA201", "GET /a/", statements=(sql,)) for sql in ("SELECT 1", "SELECT 2")]
    new, gone, kept = told_apart(loops, loops[1:])
    assert not new
    assert gone == (loops[0],)
    assert kept[0].second is loops[1]


def test_a_statement_on_another_page_is_the_same_finding() -> None:
    """The slow statement moved with its code."""
    found = told_apart(
        [finding("LA203", "GET /a/", statements=("SELECT 1",))], [finding("LA203", "GET /b/", statements=("SELECT 1",))]
    )
    assert found[2][0].joined == ("GET /b/",)
