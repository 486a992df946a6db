"""The rules: one module each, all with the same one function `find(facts)`."""

from collections.abc import Callable, Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.findings import (
    always_denied,
    always_failing,
    buffered_export,
    cache_without_hits,
    category_without_coverage,
    common_ceiling,
    connection_leak,
    connection_wait,
    costly_health_check,
    cpu_bound,
    csrf_rejected,
    database_locked,
    deadlock,
    delayed_acknowledgement,
    double_submit,
    imported_logins,
    imported_non_answers,
    imported_refusals,
    lock_wait,
    login_failing,
    lost_update,
    method_refused,
    missing_index,
    missing_traces,
    n_plus_one,
    never_tested,
    outliers,
    over_budget,
    refused_in_load,
    repeated_statement,
    serialization_failure,
    session_lost,
    slow_statement,
    small_load,
    some_requests_failing,
    strained_generator,
    two_humped_latency,
    unbounded_answer,
    vacuous_success,
)
from loadaudit.records import Finding

Rule = Callable[[RunFacts], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    login_failing.find,
    session_lost.find,
    always_failing.find,
    csrf_rejected.find,
    always_denied.find,
    method_refused.find,
    refused_in_load.find,
    some_requests_failing.find,
    vacuous_success.find,
    n_plus_one.find,
    repeated_statement.find,
    slow_statement.find,
    unbounded_answer.find,
    missing_index.find,
    buffered_export.find,
    outliers.find,
    two_humped_latency.find,
    cpu_bound.find,
    delayed_acknowledgement.find,
    common_ceiling.find,
    over_budget.find,
    costly_health_check.find,
    connection_leak.find,
    lock_wait.find,
    deadlock.find,
    lost_update.find,
    database_locked.find,
    connection_wait.find,
    cache_without_hits.find,
    serialization_failure.find,
    double_submit.find,
    category_without_coverage.find,
    small_load.find,
    never_tested.find,
    missing_traces.find,
    strained_generator.find,
)

IMPORTED_RULES: tuple[Rule, ...] = (imported_logins.find, imported_non_answers.find, imported_refusals.find)
"""What other tools' results show in their own way; the other rules judge them too."""


def judge(facts: RunFacts) -> tuple[Finding, ...]:
    """Return the findings of every rule, the most severe first."""
    rules = RULES if facts.imported is None else (*RULES, *IMPORTED_RULES)
    found = [finding for rule in rules for finding in rule(facts)]
    return tuple(sorted(found, key=lambda one: (-one.severity, one.code, one.operations)))
