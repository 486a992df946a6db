"""Pages that are no answers, learnt from imported results themselves: the login page, refusals, error pages."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from loadaudit.analysis.result_tools import NonAnswer
from loadaudit.analysis.seen_logins import LOGIN_NAME
from loadaudit.records import ImportedGroup, Operation

LOGIN, REFUSAL, ERROR, REPEATED = "login", "refusal", "error", "repeated"

LEAST_BYTES = 500
"""A smaller body may be the right answer of many operations: `{"ok": true}`."""
_REPEATED_NAMES = 5
_CONFIRMED = 2
"""Names from which the same size of an error page has to follow; one alone may be a coincidence."""
_NEAR = 0.25
"""How far an average may be from the login page's size, as a share of it, to count as drawn towards it."""

_SAFE = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One name with the operation that it stands for, where it is known."""

    group: ImportedGroup
    operation: Operation | None

    @property
    def is_login(self) -> bool:
        """Whether it is about logging in, by its route or its name."""
        return bool(LOGIN_NAME.search(self.operation.route if self.operation else self.group.name))

    @property
    def is_account(self) -> bool:
        """Whether pages with a login form may be its own."""
        return self.is_login or (self.operation is not None and self.operation.category == "Auth")

    @property
    def constant_bytes(self) -> int | None:
        """The size that every body had, or None where they differ.

        Of averages this is inferred: equally many bytes per request, without a remainder.
        """
        group = self.group
        if group.answers:
            sizes = {size for answer in group.answers if answer.status < 300 for size, _count in answer.sizes}
            return next(iter(sizes)) if len(sizes) == 1 else None
        whole, rest = divmod(group.body_bytes_total, group.requests)
        return whole if whole and not rest else None

    @property
    def mean_bytes(self) -> float:
        """Bytes of all bodies by requests."""
        return self.group.body_bytes_total / self.group.requests

    @property
    def fails_always(self) -> bool:
        """Whether the tool counted every request as a failure."""
        return self.group.failures == self.group.requests

    @property
    def failure_statuses(self) -> frozenset[int]:
        """Statuses that the texts of its failures name; 0 stands for one that names none."""
        return frozenset(one.status for one in self.group.errors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """What was learnt. Sizes are bytes."""

    login: NonAnswer | None
    """The login page, or what most names got where no login page was requested."""
    refusals: Mapping[int, NonAnswer]
    errors: Mapping[int, NonAnswer]
    repeated: Mapping[int, NonAnswer]
    widespread: bool
    """Whether the login page was so frequent that an average says nothing about a single answer."""

    def errors_within(self, row: Row) -> tuple[int, int] | None:
        """Return how many of a name's requests got an error page, and its size, when all others got the login page.

        With n requests, of which k got an error page of E bytes and the others the login page of L, all bodies
        together have k · E + (n − k) · L bytes. None: no such k is a whole number from the counted failures to n.
        """
        if self.login is None or row.group.answers:
            return None
        n, login_bytes = row.group.requests, self.login.size_bytes
        missing = n * login_bytes - row.group.body_bytes_total
        if not missing:
            return None if row.group.failures else (0, 0)
        for size in self.errors:
            count, rest = divmod(missing, login_bytes - size)
            if not rest and max(row.group.failures, 1) <= count <= n:
                return count, size
        return None


def learn(rows: Sequence[Row], *, truncated: bool) -> Pages:
    """Return the known pages. Where averages are `truncated` to whole bytes, nothing is calculated from them."""
    refusals = _constant_failures(rows, REFUSAL, range(400, 500))
    errors = dict(_constant_failures(rows, ERROR, range(500, 600)))
    login = _login_page(rows)
    repeated = {size: page for size, page in _repeated(rows).items() if size not in refusals and size not in errors}
    if login is None and repeated:
        login = max(repeated.values(), key=lambda one: (one.names, one.requests))
    if login is not None:
        repeated.pop(login.size_bytes, None)
        refusals.pop(login.size_bytes, None)
        if not truncated:
            errors |= _inferred_errors(rows, login)
            errors.pop(login.size_bytes, None)
    known = Pages(login=login, refusals=refusals, errors=errors, repeated=repeated, widespread=False)
    return Pages(
        login=login,
        refusals=refusals,
        errors=errors,
        repeated=repeated,
        widespread=_is_widespread(rows, known),
    )


def _login_page(rows: Iterable[Row]) -> NonAnswer | None:
    """Return the page that logging in begins with: the same size each time, the most requested one."""
    found = [
        (row.group.requests, size, row.group.label)
        for row in rows
        if row.is_login
        and row.group.method in _SAFE
        and not row.group.failures
        and (size := _usual_bytes(row) or 0) >= LEAST_BYTES
    ]
    if not found:
        return None
    _requests, size, label = max(found)
    return NonAnswer(kind=LOGIN, size_bytes=size, status=200, learnt_from=label)


def _usual_bytes(row: Row) -> int | None:
    """Return the constant size, or in a log the one that nearly all pages had."""
    if not row.group.answers:
        return row.constant_bytes
    sizes: dict[int, int] = {}
    for answer in row.group.answers:
        if answer.status < 300:
            for size, count in answer.sizes:
                sizes[size] = sizes.get(size, 0) + count
    size = max(sizes, key=sizes.__getitem__, default=0)
    return size if size and 10 * sizes[size] >= 9 * sum(sizes.values()) else None


def _constant_failures(rows: Iterable[Row], kind: str, statuses: range) -> dict[int, NonAnswer]:
    """Return the pages of names that always failed with one status and one size."""
    found = {}
    for row in rows:
        size, named = row.constant_bytes, row.failure_statuses
        if row.fails_always and len(named) == 1 and size and size >= LEAST_BYTES:
            (status,) = named
            if status in statuses:
                found[size] = NonAnswer(kind=kind, size_bytes=size, status=status, learnt_from=row.group.label)
    return found


def _inferred_errors(rows: Iterable[Row], login: NonAnswer) -> dict[int, NonAnswer]:
    """Return sizes of error pages that follow from several names, if all their other answers were login pages."""
    sizes: dict[int, list[Row]] = {}
    for row in rows:
        group = row.group
        if (
            group.answers
            or not 0 < group.failures < group.requests
            or not any(one >= 500 for one in row.failure_statuses)
        ):
            continue
        rest_bytes = group.body_bytes_total - (group.requests - group.failures) * login.size_bytes
        size, rest = divmod(rest_bytes, group.failures)
        if not rest and size >= LEAST_BYTES:
            sizes.setdefault(size, []).append(row)
    return {
        size: NonAnswer(kind=ERROR, size_bytes=size, status=500, learnt_from=found[0].group.label)
        for size, found in sizes.items()
        if len(found) >= _CONFIRMED
    }


def _repeated(rows: Iterable[Row]) -> dict[int, NonAnswer]:
    """Return sizes that every answer of many unrelated operations had, to the byte."""
    sizes: dict[int, list[Row]] = {}
    for row in rows:
        size = row.constant_bytes
        if row.operation is not None and not row.fails_always and size and size >= LEAST_BYTES:
            sizes.setdefault(size, []).append(row)
    return {
        size: NonAnswer(
            kind=REPEATED,
            size_bytes=size,
            status=0,
            learnt_from="",
            names=len(found),
            requests=sum(one.group.requests for one in found),
        )
        for size, found in sizes.items()
        if _are_unrelated(list(_operations(found)))
    }


def _operations(rows: Iterable[Row]) -> Iterator[Operation]:
    yield from (row.operation for row in rows if row.operation is not None)


def _are_unrelated(operations: Sequence[Operation]) -> bool:
    views = {one.view or one.route for one in operations}
    return len(views) >= _REPEATED_NAMES and len({one.category for one in operations}) > 1


def is_near(row: Row, size_bytes: int) -> bool:
    """Say whether the average size of a name's answers is within a quarter of a page's."""
    return abs(row.mean_bytes - size_bytes) <= _NEAR * size_bytes


def _is_widespread(rows: Sequence[Row], pages: Pages) -> bool:
    """Say whether the login page is what most names got, wholly or in part.

    Either half of the names got nothing else, or at least five did, and half of all averages lie near its size:
    those of different pages would be spread over several powers of ten.
    """
    if pages.login is None:
        return False
    size = pages.login.size_bytes
    judged = [row for row in rows if not row.is_account and row.group.method in _SAFE and not row.group.answers]
    whole = sum(pages.errors_within(row) is not None for row in judged)
    near = sum(is_near(row, size) for row in judged)
    return bool(whole) and (2 * whole >= len(judged) or (whole >= _REPEATED_NAMES and 2 * near >= len(judged)))
