"""Every code has words, and words fit their values."""

import re
import shlex
from pathlib import Path

import pytest

from loadaudit.analysis import findings
from loadaudit.analysis.coverage import reasons
from loadaudit.analysis.result import Analysis, Reason
from loadaudit.records import ALONE_BIT, Finding, Level, Outcome, Severity
from loadaudit.reporting import finding_words, wording
from tests.analysis.factories import PAGE, analysed, operation, requests

ROOT = Path(__file__).resolve().parents[2]


def codes_of_rules() -> set[str]:
    """Return the code that each rule's module declares."""
    texts = (path.read_text() for path in Path(findings.__file__).parent.glob("*.py"))
    return {code for text in texts for code in re.findall(r'^CODE = "(LA\d+)"', text, re.MULTILINE)}


def test_every_rule_has_words() -> None:
    """No finding is shown as a bare code."""
    assert {key.partition(".")[0] for key in finding_words.WORDS} == codes_of_rules()


def test_every_rule_is_registered() -> None:
    """A rule that nobody calls finds nothing."""
    assert len(findings.RULES) == len(codes_of_rules())


def test_every_code_is_documented() -> None:
    """docs/findings.md has a section per code."""
    text = (ROOT / "docs" / "findings.md").read_text()
    assert set(re.findall(r"^## (LA\d+)", text, re.MULTILINE)) == codes_of_rules()


def test_every_reason_for_no_proof_has_words() -> None:
    """Codes of `unproven` in the rules and words for them match."""
    texts = [path.read_text() for path in Path(findings.__file__).parent.glob("*.py")]
    quoted = {word for text in texts for word in re.findall(r'"([a-z_]+)"', text)}
    assert set(finding_words.UNPROVEN) <= quoted


def test_levels_outcomes_and_severities_have_words() -> None:
    """Nothing is shown as the name of an enum."""
    assert set(wording.LEVELS) == set(Level)
    assert set(wording.OUTCOMES) == set(Outcome)
    assert set(wording.SEVERITIES) == set(Severity)


def test_findings_of_a_run_are_worded_without_gaps(analysis: Analysis) -> None:
    """No placeholder is left over, and each finding asks for something."""
    assert analysis.findings
    for finding in analysis.findings:
        text = wording.finding_text(finding)
        assert text.action
        assert "%(" not in f"{text.title}{text.claim}{text.cause}{text.action}"


def test_an_unproven_cause_says_why() -> None:
    """It does not pretend to know."""
    finding = Finding(
        code="LA304",
        severity=Severity.WARNING,
        operations=(PAGE,),
        values={
            "median_bytes": 300_000,
            "max_bytes": 310_000,
            "n": 20,
            "first_bytes": 0,
            "last_bytes": 0,
            "unproven": "growth_not_observed",
        },
        proven=False,
    )
    assert wording.finding_text(finding).cause == "Not proven, because the answer did not grow during the run."


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_gives_a_reason(tmp_path: Path, outcome: Outcome) -> None:
    """Whatever happened, the operator reads a sentence with counts."""
    reason = Reason(
        code=outcome.value, values={"count": 3, "requests": 5, "roles": "viewer", "status": 418, "other": "GET /x/"}
    )
    if outcome is Outcome.OK:
        reason = Reason(code="no_trace", values=reason.values)
    assert wording.reason_text(reason).startswith("3 of 5 requests")


def test_the_next_command_can_be_pasted() -> None:
    """A quote in a path cannot end the argument."""
    finding = Finding(code="LA201", severity=Severity.HIGH, operations=("GET /it's; rm -rf x/",))
    assert shlex.split(wording.command_for(finding))[-1] == "GET /it's; rm -rf x/"


def test_a_redirect_to_the_login_page_in_words(tmp_path: Path) -> None:
    """The sentence of the operator's first question."""
    made = requests(20, client={"status": 302, "role": "viewer"}, server={"denied": True})
    (result,) = analysed(tmp_path, [operation()], made).operations
    expected = "20 of 20 requests were redirected to the login page (role viewer)"
    assert wording.reasons_text(result) == expected


def test_the_plans_reason_in_words() -> None:
    """It is shown as the plan wrote it."""
    (reason,) = reasons(operation(), None, {PAGE: "It deletes rows."}, set())
    assert wording.reason_text(reason) == "It deletes rows"


def test_a_request_that_was_sent_alone_has_no_virtual_user() -> None:
    """Its number carries a mark, which nobody can read as a user."""
    assert wording.sample_text(ALONE_BIT | 119) == "sent alone, request 119"
    assert wording.sample_text(2 << 32 | 7) == "virtual user 2, request 7"
    assert wording.sample_text(2 << 32 | 7, 12_300_000_000) == "virtual user 2, request 7, at 12.3 s"
