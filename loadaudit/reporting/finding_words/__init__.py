"""What each finding is called, claims, and asks for; the analysis knows codes and values only."""

from django.utils.translation import gettext_lazy as _

from loadaudit.records import Finding
from loadaudit.reporting.finding_words import answers, conclusions, servers, statements, time
from loadaudit.reporting.finding_words.words import Text, Words

__all__ = ["UNPROVEN", "WORDS", "Text", "Words", "words_of"]

WORDS: dict[str, Words] = answers.WORDS | statements.WORDS | time.WORDS | servers.WORDS | conclusions.WORDS

UNPROVEN: dict[str, Text] = {
    "no_exception_seen": _("no exception reached the probe; the view or a middleware may answer the error itself"),
    "only_the_status_is_known": _("results of another tool do not show what happened inside the server"),
    "sessions_may_have_ended": _("the logins may have failed, or the sessions may have ended after them"),
    "only_sizes_are_known": _("results of another tool keep the sizes of answers, and not the answers"),
    "access_assumed": _("the view declares no access, so that its rule is not known"),
    "row_may_belong_to_another": _("the rows that were asked for may belong to somebody else"),
    "refusal_may_be_a_rule": _("a 403 may be a rule about this user that the code does not declare"),
    "same_path_also_succeeds": _("the paths that fail also succeed, or all fail at times; time or load may cause it"),
    "no_path_failed_twice": _("no path that failed was sent a second time; its row, time or load may cause it"),
    "works_alone": _("the paths that failed worked when they were sent again, each alone, behind the load"),
    "body_may_name_rows": _("the same body went to all paths, and the row that was missed may be one that it names"),
    "never_overlapped": _("no two of the requests were at one row at the same moment"),
    "count_never_varied": _("the count was the same in all requests and no place in the project's code is known"),
    "parameters_not_kept": _("values are not kept, so that the executions may have asked for different rows"),
    "no_query_plan": _("no plan of it shows a table that is read from end to end, or no plan was taken"),
    "all_statements_slow": _(
        "it is quick at times, or most statements take long, so that the machine or database was busy"
    ),
    "refusal_says_nothing": _("the refusals say no reason; rows of the run, or its other writes, may have changed it"),
    "method_not_declared": _("the method is inferred from the source, so that the inventory may be wrong"),
    "several_held_the_workers": _("no single operation held the workers for most of that time"),
    "waiting_has_no_name": _(
        "neither CPU, statement nor call was seen: sleeping, a lock of Python, a file and a busy machine look the same"
    ),
    "another_clock": _("server and client have different clocks, so that queue and network cannot be told apart"),
    "parts_are_mixed": _("no part of their time is half of it"),
    "no_part_stands_out": _("no part of the time with a name is half of it"),
    "several_settings_fit": _("several settings have that value"),
    "setting_not_read": _("this run could not read the settings that are known to have that value"),
    "it_waited_elsewhere": _("the server did not work on it for most of the time before the first byte"),
    "pool_not_seen": _("neither the database nor a pool was seen at its limit"),
    "keys_not_kept": _("keys are not kept, so that it is not known whether they differ each time"),
    "may_be_meant": _("the data cannot tell whether the second row is wrong"),
    "growth_not_observed": _("the answer did not grow during the run"),
    "nothing_separates_humps": _("neither the cache nor the path separates fast from slow requests"),
}


def words_of(finding: Finding) -> Words:
    """Return the texts for the finding's code and kind."""
    for part in (finding.values.get("kind"), finding.values.get("cause"), _special(finding)):
        if part and f"{finding.code}.{part}" in WORDS:
            return WORDS[f"{finding.code}.{part}"]
    return WORDS[finding.code]


def _special(finding: Finding) -> str:
    if finding.values.get("password_hashing"):
        return "password_hashing"
    return "recovered" if finding.values.get("failed") == 0 else ""
