"""What became of the requests of each imported name: successes, failures, and answers that are none."""

from collections import Counter
from dataclasses import dataclass, field

from loadaudit.analysis.imported.pages import ERROR, LOGIN, REFUSAL, REPEATED, Pages, Row
from loadaudit.analysis.outcomes import BY_STATUS
from loadaudit.analysis.result import Logins
from loadaudit.analysis.result_tools import Imported, NonAnswer
from loadaudit.records import Evidence, ImportedError, Outcome

_BY_STATUS = BY_STATUS | {
    # nginx: the client has closed the connection before there was an answer.
    499: Outcome.TIMEOUT,
}
_BY_TEXT = (
    ("timed out", Outcome.TIMEOUT),
    ("timeout", Outcome.TIMEOUT),
    ("refused", Outcome.REFUSED),
    ("reset", Outcome.RESET),
    ("remotedisconnected", Outcome.RESET),
    ("remote end closed", Outcome.RESET),
    ("name or service", Outcome.UNRESOLVED),
    ("nameresolution", Outcome.UNRESOLVED),
    ("too many redirects", Outcome.REDIRECT_LOOP),
    ("ssl", Outcome.TLS_FAILED),
    ("connectionerror", Outcome.BROKEN),
)


@dataclass(slots=True, kw_only=True)
class Verdict:
    """Of the requests of one name."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    statuses: dict[Outcome, Counter[int]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    """Texts of failures that the script declared without a status."""
    doubtful: int = 0
    """Of outcome ok, without a way to tell which of them got a login page instead."""
    reported: int = 0
    non_answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Kind and size of a known page → requests that got it although they were counted as successes."""

    def add(self, outcome: Outcome, count: int, status: int = 0) -> None:
        """Count requests."""
        if count > 0:
            self.outcomes[outcome] += count
            self.statuses.setdefault(outcome, Counter())[status] += count


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedFacts:
    """What rules know of imported results beside the sums per operation."""

    judged: tuple[tuple[Row, Verdict], ...]
    """Two names may read the same, once the values of their queries are hidden."""
    pages: Pages
    logins: Logins
    login_detail: str
    """The most frequent text of a login's failure."""
    summary: Imported


def judge_row(row: Row, pages: Pages) -> Verdict:
    """Return what became of a name's requests."""
    return _judge_answers(row, pages) if row.group.answers else _judge_sums(row, pages)


def outcome_of(error: ImportedError) -> Outcome:
    """Return what a failure was, by the status or the words in its text; a script's own complaint is a soft failure."""
    if error.status:
        return outcome_of_status(error.status)
    text = error.text.lower()
    return next((outcome for words, outcome in _BY_TEXT if words in text), Outcome.SOFT_FAILURE)


def outcome_of_status(status: int) -> Outcome:
    """Return the outcome of a status from 400 on."""
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return Outcome.SERVER_ERROR if status >= 500 else Outcome.CLIENT_ERROR


def _judge_sums(row: Row, pages: Pages) -> Verdict:
    """Judge counts and one average size."""
    group, verdict = row.group, Verdict(reported=row.group.requests - row.group.failures)
    named = 0
    for error in group.errors:
        verdict.add(outcome_of(error), error.count, error.status)
        verdict.errors[error.text] += error.count
        named += error.count
    verdict.add(Outcome.SOFT_FAILURE, group.failures - named)
    remaining = group.requests - group.failures
    if not remaining:
        return verdict
    size = row.constant_bytes or 0
    page = pages.refusals.get(size) or pages.repeated.get(size) or pages.errors.get(size)
    if row.is_login and pages.widespread and group.method not in ("GET", "HEAD"):
        verdict.doubtful = remaining
    elif row.is_account:
        page = pages.refusals.get(size)
    elif page is None and (mixed := pages.errors_within(row)) is not None:
        accepted = mixed[0] - group.failures
        _add_page(verdict, pages.login, remaining - accepted)
        _add_page(verdict, pages.errors.get(mixed[1]), accepted)
        return verdict
    elif page is None and pages.widespread and group.requests > 1 and _may_need_login(row):
        verdict.doubtful = remaining
    if page is not None:
        _add_page(verdict, page, remaining)
    else:
        verdict.add(Outcome.OK, remaining)
    return verdict


def _judge_answers(row: Row, pages: Pages) -> Verdict:
    """Judge answers by status, with the sizes of their bodies."""
    group, verdict = row.group, Verdict()
    redirects = sum(one.requests for one in group.answers if 300 <= one.status < 400 and one.status != 304)
    behind_login = row.operation is not None and row.operation.access.login and group.method in ("GET", "HEAD")
    denied = redirects if behind_login else min(group.turned_to_login, redirects)
    for answer in group.answers:
        if answer.status >= 400:
            verdict.add(outcome_of_status(answer.status), answer.requests, answer.status)
            continue
        verdict.reported += answer.requests
        count = answer.requests
        if 300 <= answer.status < 400 and answer.status != 304 and not row.is_account:
            turned = min(denied, count)
            denied -= turned
            count -= turned
            verdict.add(Outcome.DENIED, turned, answer.status)
        elif answer.status < 300 and pages.login is not None and not row.is_account:
            same = dict(answer.sizes).get(pages.login.size_bytes, 0)
            count -= same
            _add_page(verdict, pages.login, same)
        verdict.add(Outcome.OK, count, answer.status)
    return verdict


def _add_page(verdict: Verdict, page: NonAnswer | None, count: int) -> None:
    if page is None or count <= 0:
        return
    outcomes = {LOGIN: Outcome.DENIED, REPEATED: Outcome.OTHER_VIEW, ERROR: Outcome.SERVER_ERROR}
    outcome = outcome_of_status(page.status) if page.kind == REFUSAL else outcomes[page.kind]
    verdict.add(outcome, count, page.status)
    verdict.non_answers[page.kind, page.size_bytes] += count


def _may_need_login(row: Row) -> bool:
    """Say whether the operation may ask for a login, as far as the inventory knows."""
    if row.operation is None:
        return True
    access = row.operation.access
    return access.login or access.login_evidence is Evidence.ASSUMED
