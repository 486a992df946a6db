"""Imported results as the facts that rules, tables and thresholds are made of."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from loadaudit.analysis.facts import RunFacts, lanes_of, level_of
from loadaudit.analysis.imported.pages import LOGIN, REFUSAL, REPEATED, Pages, Row, learn
from loadaudit.analysis.imported.verdicts import ImportedFacts, Verdict, judge_row
from loadaudit.analysis.result import Logins, RoleLogins, TimeBucket
from loadaudit.analysis.result_tools import Imported, NonAnswer, UnmatchedName
from loadaudit.analysis.statistics import Weighted
from loadaudit.analysis.tallies import ErrorTally, OperationTally
from loadaudit.records import ImportedResults, ImportedSecond, Limit, Match, Outcome
from loadaudit.runfile.reader import RunFile

Judged = tuple[Row, Verdict]

_TIMELINE_BUCKETS = 120
_REASONS = {LOGIN: "login_page_size", REFUSAL: "refusal_page_size", REPEATED: "repeated_page_size"}


def gather_imported(run: RunFile, results: ImportedResults, *, slow_ms: int) -> RunFacts:
    """Judge every name and return the sums per operation; names without one keep their label as id."""
    info = run.info()
    operations = {one.id: one for one in run.operations()}
    rows = tuple(
        Row(group=one, operation=operations.get(one.operation_id))
        for one in results.groups
        if one.match is not Match.IGNORED and one.requests
    )
    pages = learn(rows, truncated=Limit.SIZES_ARE_TRUNCATED in results.limits)
    judged = tuple((row, judge_row(row, pages)) for row in rows)
    tallies: dict[str, OperationTally] = {}
    for row, verdict in judged:
        key = row.group.operation_id or row.group.label
        _add(tallies.setdefault(key, OperationTally(key)), row, verdict, pages)
    _close(tallies, rows)
    logins, detail = _logins(judged, pages)
    return RunFacts(
        info=info,
        plan=None,
        operations=operations,
        tallies=tallies,
        alone={},
        beside={},
        lanes=lanes_of(None, operations),
        connections_opened={},
        levels={one: level_of(tallies.get(one)) for one in operations},
        logins=(),
        lost_sessions=(),
        exceptions={},
        timeline=_timeline(results.timeline),
        load_ns=round(results.duration_s * 1e9),
        slow_ms=slow_ms,
        imported=ImportedFacts(
            judged=judged,
            pages=pages,
            logins=logins,
            login_detail=detail,
            summary=_summary(results, judged, pages),
        ),
    )


def _add(tally: OperationTally, row: Row, verdict: Verdict, pages: Pages) -> None:
    group, successes = row.group, verdict.outcomes[Outcome.OK] - verdict.doubtful
    tally.requests += group.requests
    tally.reported += verdict.reported
    tally.answered += group.requests
    tally.outcomes.update(verdict.outcomes)
    tally.by_role.setdefault("", Counter()).update(verdict.outcomes)
    tally.reached += verdict.outcomes[Outcome.OK] + verdict.outcomes[Outcome.SOFT_FAILURE]
    tally.successes += successes
    tally.body_bytes_total += group.body_bytes_total
    tally.paths[group.name] += group.requests
    for outcome, statuses in verdict.statuses.items():
        if outcome is not Outcome.OK:
            tally.statuses.setdefault(outcome, Counter()).update(statuses)
    broken = verdict.outcomes[Outcome.BROKEN] + verdict.outcomes[Outcome.TLS_FAILED]
    if broken:
        tally.broken.update(verdict.errors)
    redirected = sum(count for status, count in verdict.statuses.get(Outcome.DENIED, {}).items() if status < 400)
    if verdict.outcomes[Outcome.DENIED]:
        seen = tally.denied_redirects.setdefault("", Counter())
        seen.update({True: redirected, False: verdict.outcomes[Outcome.DENIED] - redirected})
    if verdict.outcomes[Outcome.SERVER_ERROR]:
        error = tally.errors.setdefault("", ErrorTally(None))
        error.count += verdict.outcomes[Outcome.SERVER_ERROR]
        error.paths[group.name] += verdict.outcomes[Outcome.SERVER_ERROR]
    _explain(tally, verdict, pages)


def _explain(tally: OperationTally, verdict: Verdict, pages: Pages) -> None:
    """Keep what says more about an outcome than its word."""
    if verdict.doubtful and pages.login is not None:
        tally.explained[Outcome.OK] = ("averages", {"size_bytes": pages.login.size_bytes})
    if verdict.outcomes[Outcome.SOFT_FAILURE]:
        text = verdict.errors.most_common(1)[0][0] if verdict.errors else ""
        tally.explained[Outcome.SOFT_FAILURE] = ("script_failure", {"detail": text})
    for (kind, size), count in verdict.non_answers.items():
        outcome = Outcome.OTHER_VIEW if kind == REPEATED else Outcome.DENIED
        if kind in _REASONS and 2 * count >= verdict.outcomes[outcome] > 0:
            page = pages.refusals.get(size)
            values: dict[str, str | int | float] = {"size_bytes": size, "name": page.learnt_from if page else ""}
            code = _REASONS[REPEATED] if kind == LOGIN and not _has_login(pages) else _REASONS[kind]
            tally.explained[outcome] = (code, values)


def _has_login(pages: Pages) -> bool:
    return pages.login is not None and pages.login.kind == LOGIN


def _close(tallies: Mapping[str, OperationTally], rows: Iterable[Row]) -> None:
    """Give each operation the latencies and sizes of its successes, as far as the results tell them apart."""
    latency: dict[str, list[tuple[int, int]]] = {}
    sizes: dict[str, list[tuple[int, int]]] = {}
    for row in rows:
        key = row.group.operation_id or row.group.label
        latency.setdefault(key, []).extend(row.group.latency_ns)
        for answer in row.group.answers:
            if answer.status < 400:
                latency[key].extend(answer.latency_ns)
                sizes.setdefault(key, []).extend(answer.sizes)
    for key, tally in tallies.items():
        if tally.successes:
            tally.success_latency_ns = Weighted(latency.get(key, ()))
            tally.success_body_bytes = Weighted(sizes.get(key, ()))


def _logins(judged: Iterable[Judged], pages: Pages) -> tuple[Logins, str]:
    """Return the attempts to log in, and the most frequent text of a failure."""
    own = [(row, verdict) for row, verdict in judged if row.is_login and row.group.method == "POST"]
    attempts = sum(row.group.requests for row, _verdict in own)
    passed = sum(_passed(row) for row, _verdict in own)
    texts: Counter[str] = Counter()
    for _row, verdict in own:
        texts.update(verdict.errors)
    detail = texts.most_common(1)[0][0] if texts else ""
    proven = 0 if pages.widespread else passed
    role = RoleLogins(role="", users=attempts, proven=proven, attempts=attempts, failure=detail)
    return (
        Logins(roles=(role,) if attempts else (), attempts=attempts, proven=proven, doubted=passed - proven),
        detail,
    )


def _passed(row: Row) -> int:
    """Return how many logins went through: in a log, a form that comes back with 200 has refused."""
    answers = row.group.answers
    if not answers:
        return row.group.requests - row.group.failures
    redirected = sum(one.requests for one in answers if 300 <= one.status < 400)
    return redirected or sum(one.requests for one in answers if one.status < 300)


def _summary(results: ImportedResults, judged: Sequence[Judged], pages: Pages) -> Imported:
    unmatched = [one for one in results.groups if one.match is Match.NONE]
    unmatched.sort(key=lambda one: (-one.requests, one.label))
    every = [*pages.refusals.values(), *pages.errors.values(), *pages.repeated.values()]
    known = [pages.login, *every] if pages.login is not None else every
    return Imported(
        tool=results.tool,
        sources=results.sources,
        names=len(results.groups),
        matches=Counter(one.match for one in results.groups),
        unmatched=tuple(
            UnmatchedName(label=one.label, requests=one.requests, candidates=one.candidates) for one in unmatched
        ),
        ignored_requests=sum(one.requests for one in results.groups if one.match is Match.IGNORED),
        limits=results.limits,
        non_answers=tuple(_counted(page, [verdict for _row, verdict in judged]) for page in known),
        doubtful=tuple(row.group.label for row, verdict in judged if verdict.doubtful),
    )


def _counted(page: NonAnswer, verdicts: Iterable[Verdict]) -> NonAnswer:
    counts = [one.non_answers[page.kind, page.size_bytes] for one in verdicts]
    return replace(page, names=sum(count > 0 for count in counts), requests=sum(counts))


def _timeline(seconds: Sequence[ImportedSecond]) -> tuple[TimeBucket, ...]:
    """Return at most 120 stretches; successes are those that the tool did not count as failed."""
    if not seconds:
        return ()
    whole = max(one.second for one in seconds) + 1
    length = -(-whole // _TIMELINE_BUCKETS)
    buckets = [[0, 0, 0] for _ in range(0, whole, length)]
    for one in seconds:
        bucket = buckets[one.second // length]
        bucket[0] += one.requests
        bucket[1] += one.requests - one.failures
        bucket[2] = max(bucket[2], one.max_latency_ns)
    return tuple(
        TimeBucket(
            start_s=float(index * length),
            length_s=float(length),
            requests=requests,
            successes=max(successes, 0),
            max_latency_ns=longest,
        )
        for index, (requests, successes, longest) in enumerate(buckets)
    )
