"""What each finding is called, claims, and asks for; the analysis knows codes and values only."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loadaudit.records import Finding

Text = str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The texts of one kind of finding; they refer to values as `%(name)s`."""

    title: Text
    claim: Text
    cause: Text
    """Shown when the data proves it."""
    action: Text


WORDS: dict[str, Words] = {
    "LA101": Words(
        title=_("Logins fail"),
        claim=_("%(failed)s of %(users)s virtual users with the role %(role)s never proved a login."),
        cause=_("The login did not give what proves it: %(detail)s"),
        action=_(
            "Check the user name and password of this role in LOADAUDIT['USERS'], and rate limits of the "
            "login. Nothing behind the login can count until a login is proven."
        ),
    ),
    "LA101.recovered": Words(
        title=_("Logins needed several attempts"),
        claim=_("All %(users)s virtual users with the role %(role)s logged in, in %(attempts)s attempts altogether."),
        cause=_("A failed attempt lacked: %(detail)s"),
        action=_("Look for rate limits or slow answers of the login page."),
    ),
    "LA101.imported": Words(
        title=_("Logins fail"),
        claim=_("%(failed)s of %(attempts)s logins failed (%(share_text)s)."),
        cause="",
        action=_(
            "The most frequent failure reads: %(detail)s. Find out why; nothing behind the login can count for users "
            "who are not logged in. A run of loadaudit's own shows the exception."
        ),
    ),
    "LA101.doubted": Words(
        title=_("Logins that nothing confirms"),
        claim=_(
            "None of %(attempts)s logins counted as failed, and yet most names got the login page afterwards, wholly "
            "or in part."
        ),
        cause="",
        action=_(
            "Let the script check that a login worked: a page behind it, and not the status of the form. Then look at "
            "how long sessions last: their store, their age limit, cookies that only go over HTTPS."
        ),
    ),
    "LA102": Words(
        title=_("Sessions are lost"),
        claim=_(
            "%(lost)s sessions of %(users)s virtual users ended during the load although nobody logged out; "
            "%(regained)s virtual users could log in again."
        ),
        cause=_("A request gave it away: %(sign)s. Nothing was credited from the last trace with the user on."),
        action=_(
            "Look for what ends sessions: a store that forgets or fails, an age limit, a password change, one "
            "session per user, or a logout behind another address."
        ),
    ),
    "LA201": Words(
        title=_("Always answers %(status)s"),
        claim=_("All %(requests)s requests were answered with a server error."),
        cause=_("%(type)s: %(message)s"),
        action=_("Fix the exception; its traceback is in the report under errors."),
    ),
    "LA202": Words(
        title=_("CSRF protection rejects every request"),
        claim=_("All %(requests)s requests were rejected before the view ran."),
        cause=_("Django's reason: %(detail)s"),
        action=_(
            "If browsers or devices call it without a form, exempt the view and protect it otherwise; else "
            "make sure that the CSRF cookie reaches it."
        ),
    ),
    "LA203": Words(
        title=_("Denies users whom its declared access allows"),
        claim=_(
            "Every request of the role %(role)s was denied (%(requests)s, status %(status)s), and nothing "
            "that the view declares asks for more than this role has."
        ),
        cause=_(
            "A user who was logged in was sent to the login page: a check in the code asks for more than is declared."
        ),
        action=_(
            "Declare the access (staff, permission), answer 403 instead of a redirect, or let the role in. "
            "Users in this place see a login page although they are logged in."
        ),
    ),
    "LA203.imported": Words(
        title=_("Refuses every request"),
        claim=_("All %(requests)s requests were answered with status %(http_status)s."),
        cause="",
        action=_("Send it once by hand, or with loadaudit run --only, and read the answer."),
    ),
    "LA204": Words(
        title=_("Fails for some requests"),
        claim=_("%(errors)s of %(requests)s requests were answered with a server error."),
        cause=_(
            "%(type)s: %(message)s, always on the same %(failing_paths)s of %(paths)s paths, such as "
            "%(path)s: the data of these rows causes it."
        ),
        action=_("Open the path and fix the view for such rows; the traceback is in the report under errors."),
    ),
    "LA205.soft_failure": Words(
        title=_("Says 200 and means failure"),
        claim=_(
            "%(count)s of %(requests)s requests were answered with status %(status)s and a body that says failure."
        ),
        cause=_("The view reports its failure in the body only."),
        action=_("Find out why it fails, and answer failures with a 4xx or 5xx status so that monitoring sees them."),
    ),
    "LA205.other_view": Words(
        title=_("Another view answered"),
        claim=_("%(count)s of %(requests)s requests (status %(status)s) never ran the operation's own view."),
        cause=_("Answered by: %(other)s"),
        action=_("Look for a catch-all route, a middleware or a maintenance page that answers first."),
    ),
    "LA205.other_user": Words(
        title=_("Answered as another user"),
        claim=_("%(count)s of %(requests)s requests were not answered as the user that they were meant for."),
        cause=_("The trace shows another user, or none could be logged in."),
        action=_("Check the logins of the run and whether sessions are lost or mixed up on the way."),
    ),
    "LA205.login_page": Words(
        title=_("The login page counted as success"),
        claim=_(
            "%(requests)s requests under %(names)s of %(of_names)s reading names counted as successes, and their "
            "bodies have the login page's size to the byte (%(size)s bytes, as of %(name)s). %(doubtful_requests)s "
            "requests under %(doubtful)s more names got it in part: averages do not tell how many, and %(near)s of "
            "these averages are within a quarter of its size."
        ),
        cause=_("Who sent them was not logged in: the redirect to the login page was followed, and its 200 counted."),
        action=_(
            "Let the script fail when a login did not work and when an answer is the login page; then look at why "
            "logins fail or sessions end. Figures of these names are figures of the login page."
        ),
    ),
    "LA205.refusal_page": Words(
        title=_("A refusal counted as success"),
        claim=_(
            "%(requests)s requests under %(names)s names counted as successes, and all their bodies have one size "
            "(%(size)s bytes): that of the page with which %(name)s was refused with %(http_status)s."
        ),
        cause="",
        action=_(
            "Look at one answer. If it is a CSRF rejection, send the token and, over HTTPS, the Referer; and let the "
            "script not accept %(http_status)s as fine. Nothing shows that any of these requests did its work."
        ),
    ),
    "LA205.error_page": Words(
        title=_("An error page counted as success"),
        claim=_(
            "%(requests)s requests under %(names)s names counted as successes, and their bodies have the size of the "
            "error page (%(size)s bytes, as of %(name)s)."
        ),
        cause="",
        action=_("Let the script not accept 5xx as fine."),
    ),
    "LA205.repeated_page": Words(
        title=_("One page for many operations"),
        claim=_("%(requests)s requests under %(names)s names have bodies of the same size, %(size)s bytes."),
        cause="",
        action=_("Look at one answer: a login, maintenance or error page, or a catch-all, has one size for all."),
    ),
    "LA301": Words(
        title=_("N+1: one statement per row"),
        claim=_(
            "A request executes the same statement %(median)s times in the median (%(least)s to %(most)s, n = %(n)s)."
        ),
        cause=_("The statement is executed in a loop. %(place)s"),
        action=_("Fetch the rows at once: select_related, prefetch_related, or one query before the loop."),
    ),
    "LA302": Words(
        title=_("Repeated statement"),
        claim=_("A request executes the same statement %(median)s times in the median (n = %(n)s)."),
        cause="",
        action=_("Keep the result for the rest of the request where the parameters are the same. %(place)s"),
    ),
    "LA303": Words(
        title=_("Slow statement"),
        claim=_(
            "A statement takes %(median_ns_text)s in the median, at most %(max_ns_text)s (n = %(n)s), and "
            "is %(share_text)s of the service time of its requests."
        ),
        cause="",
        action=_("Look at its plan with EXPLAIN; most often an index on the columns in WHERE or ORDER BY is missing."),
    ),
    "LA303.missing_index": Words(
        title=_("Slow statement: an index is missing"),
        claim=_(
            "A statement takes %(median_ns_text)s in the median, at most %(max_ns_text)s (n = %(n)s), and "
            "is %(share_text)s of the service time of its requests."
        ),
        cause=_(
            "The database's plan: it reads %(table)s (%(rows)s rows) from end to end, because there is no index on "
            "%(index)s. %(place)s"
        ),
        action=_("Add an index on %(table)s (%(index)s), or look rows up by a column that has one."),
    ),
    "LA304": Words(
        title=_("Unbounded answer"),
        claim=_("One answer has %(median_bytes_text)s in the median, at most %(max_bytes_text)s (n = %(n)s)."),
        cause=_("The answer grew during the run, from %(first_bytes_text)s to %(last_bytes_text)s."),
        action=_("Divide the list into pages, or limit the rows and columns that it returns."),
    ),
    "LA304.no_limit": Words(
        title=_("Unbounded answer"),
        claim=_("One answer has %(median_bytes_text)s in the median, at most %(max_bytes_text)s (n = %(n)s)."),
        cause=_("It is made of all %(rows)s rows of a statement without a LIMIT: every new row makes it larger."),
        action=_("Divide the list into pages, or limit the rows and columns that it returns."),
    ),
    "LA402.cache": Words(
        title=_("Fast from the cache, slow without it"),
        claim=_(
            "%(fast)s requests took %(fast_ns_text)s and %(slow)s took %(slow_ns_text)s in the median, and "
            "hardly any took something in between (split at %(split_ns_text)s)."
        ),
        cause=_("The slow requests missed the cache, the fast ones did not."),
        action=_("Keep the value longer, renew it before it expires, or make the way without the cache fast."),
    ),
    "LA402.path": Words(
        title=_("Fast for some rows, slow for others"),
        claim=_("%(fast)s requests took %(fast_ns_text)s and %(slow)s took %(slow_ns_text)s in the median."),
        cause=_("The path decides: hardly any path was both fast and slow."),
        action=_("Compare a fast with a slow row; often the slow one has many more related rows."),
    ),
    "LA402": Words(
        title=_("Two-humped service time"),
        claim=_("%(fast)s requests took %(fast_ns_text)s and %(slow)s took %(slow_ns_text)s in the median."),
        cause="",
        action=_("Run again for longer, with fewer users: first requests and a busy machine have the same look."),
    ),
    "LA403": Words(
        title=_("Computes for long"),
        claim=_(
            "A request computes for %(cpu_ns_text)s in the median (n = %(n)s), %(share_text)s of its time "
            "when nothing else disturbs it."
        ),
        cause=_("Python code of the request: while it computes, the other threads of its worker wait."),
        action=_("Move the work to a background task, make it cheaper, or keep its result."),
    ),
    "LA403.password_hashing": Words(
        title=_("Computes for long (password hashing)"),
        claim=_("A request computes for %(cpu_ns_text)s in the median (n = %(n)s)."),
        cause=_("Password hashes are slow on purpose."),
        action=_("Nothing, unless many users log in at once: then plan workers for it."),
    ),
    "LA404": Words(
        title=_("Answers wait 40 ms for an acknowledgement"),
        claim=_(
            "%(delayed)s of %(answers)s answers on kept connections came in two parts, %(pause_ns_text)s apart, "
            "whatever was asked for."
        ),
        cause=_(
            "The server sends head and body one after the other without TCP_NODELAY: Nagle's algorithm keeps the "
            "second packet back until the first is acknowledged, which the client's system delays by 40 ms."
        ),
        action=_(
            "Measure a production server such as gunicorn instead of runserver, or set TCP_NODELAY, or send head "
            "and body in one write. Until then every latency has these 40 ms in it."
        ),
    ),
    "LA501.leak": Words(
        title=_("Database connections are leaked"),
        claim=_("%(requests)s of %(n)s requests left %(left)s database connections open behind them."),
        cause=_(
            "They were opened in a thread that has ended, where Django closes nothing. Each one stays "
            "until the server process ends; then the database or its pool runs dry."
        ),
        action=_(
            "Do not run the request in a thread of its own, or call connections.close_all() at the end of that thread."
        ),
    ),
    "LA501.per_request": Words(
        title=_("A database connection per request"),
        claim=_("%(n)s requests opened %(opened)s database connections."),
        cause=_("CONN_MAX_AGE is 0, Django's default."),
        action=_("Set CONN_MAX_AGE or a pool in DATABASES if connecting is a notable part of the time."),
    ),
    "LA502": Words(
        title=_("Requests wait for a row lock"),
        claim=_(
            "%(waits)s requests waited %(median_ns_text)s in the median, at most %(max_ns_text)s, for rows of "
            "%(table)s (n = %(uses)s requests that lock some); mostly %(waiter)s."
        ),
        cause=_(
            "%(holder)s locks them and holds the lock for about %(held_ns_text)s, until its transaction ends; the "
            "others stand in line behind it. %(place)s"
        ),
        action=_(
            "Do the slow part before the row is locked or after the commit, and keep the transaction to the statements "
            "that need it."
        ),
    ),
    "LA503": Words(
        title=_("Deadlock"),
        claim=_("The database ended %(count)s of %(requests)s requests because transactions waited for each other."),
        cause=_("%(message)s"),
        action=_('Lock the rows in the same order everywhere, for example with select_for_update().order_by("pk").'),
    ),
    "LA504": Words(
        title=_("Requests undo each other's changes"),
        claim=_(
            "%(columns)s of %(table)s: read, changed in Python and written back without a lock; %(lost)s of %(writes)s "
            "writes were lost."
        ),
        cause=_("Two requests read the same number, and the later one wrote its result over the other's."),
        action=_(
            'Let the database calculate, for example update(count=F("count") + 1), or lock the row with '
            "select_for_update() before it is read."
        ),
    ),
    "LA505": Words(
        title=_("The SQLite database is locked"),
        claim=_(
            "%(count)s of %(requests)s requests gave up waiting for SQLite's single writer, in %(met)s operations."
        ),
        cause=_("SQLite lets one connection write at a time; those that failed are not to blame."),
        action=_("Use WAL, IMMEDIATE transactions and a longer timeout, or a server database for concurrent writes."),
    ),
    "LA601": Words(
        title=_("No coverage in %(category)s"),
        claim=_(
            "None of the %(operations)s operations in %(category)s has a proven success; %(attempted)s were tried."
        ),
        cause=_("The reason for each operation is in the list of what is not covered."),
        action=_("Begin with the reason that most of them share."),
    ),
    "LA602": Words(
        title=_("Load too small to conclude"),
        claim=_(
            "%(operations)s of %(succeeded)s succeeded operations have fewer than %(needed)s successes, "
            "too few for a p95."
        ),
        cause=_("The load ended, or was limited, before they were sent often enough."),
        action=_("Run for longer or with more users before you trust figures of these operations."),
    ),
    "LA701": Words(
        title=_("Answers without a trace"),
        claim=_("For %(count)s of %(answered)s answers the server sent no trace, so nothing proves what ran."),
        cause=_("Something answered before the probe, or its traces were lost."),
        action=_(
            "Put loadaudit's middleware first, and check that the requests reach this project and nothing "
            "in front of it."
        ),
    ),
    "LA702.busy": Words(
        title=_("The load workers are at their limit"),
        claim=_(
            "A load worker needed %(cpu_percent)s %% of a processor and woke its virtual users %(delay_ns_text)s too "
            "late, one time in ten %(worst_ns_text)s: latencies may be too high by that."
        ),
        cause=_("One worker's threads share one processor."),
        action=_(
            "Ask for less per machine, or give the load machines of its own: --engine locust. Do not blame the target "
            "for latencies of this run."
        ),
    ),
    "LA702.starved": Words(
        title=_("The load workers were kept waiting"),
        claim=_(
            "Virtual users were woken %(delay_ns_text)s too late, one time in ten %(worst_ns_text)s: latencies may be "
            "too high by that."
        ),
        cause=_("The workers used %(cpu_percent)s %% of a processor; something else on this machine took the rest."),
        action=_("Give the load a machine that does nothing else, or send less. Do not blame the target for this."),
    ),
}

UNPROVEN: dict[str, Text] = {
    "no_exception_seen": _("no exception reached the probe; the view or a middleware may answer the error itself"),
    "only_the_status_is_known": _("results of another tool do not show what happened inside the server"),
    "sessions_may_have_ended": _("the logins may have failed, or the sessions may have ended after them"),
    "only_sizes_are_known": _("results of another tool keep the sizes of answers, and not the answers"),
    "access_assumed": _("the view declares no access, so that its rule is not known"),
    "row_may_belong_to_another": _("the rows that were asked for may belong to somebody else"),
    "refusal_may_be_a_rule": _("a 403 may be a rule about this user that the code does not declare"),
    "same_path_also_succeeds": _("the paths that fail also succeed, or all fail at times; time or load may cause it"),
    "never_overlapped": _("no two of the requests were at one row at the same moment"),
    "count_never_varied": _("the count was the same in all requests and no place in the project's code is known"),
    "parameters_not_kept": _("values are not kept, so that the executions may have asked for different rows"),
    "no_query_plan": _("no plan of it shows a table that is read from end to end, or no plan was taken"),
    "all_statements_slow": _("most statements of this run take long, so that the machine or the database was busy"),
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
