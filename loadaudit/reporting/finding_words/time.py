"""LA401 on: where the time went."""

from django.utils.translation import gettext_lazy as _

from loadaudit.reporting.finding_words.words import Words

_FAR = _(
    "%(outliers)s of %(requests)s requests took %(median_ns_text)s in the median, at most %(max_ns_text)s: far beyond "
    "the others of their operation."
)

WORDS: dict[str, Words] = {
    "LA401.queue": Words(
        title=_("Outliers: queued behind busy workers"),
        claim=_FAR,
        cause=_(
            "They stood in line for %(part_ns_text)s before the server began; %(share_text)s of what its workers did "
            "meanwhile was %(holder)s."
        ),
        action=_("Make what holds the workers shorter or move it to a background task; then add workers or threads."),
    ),
    "LA401.connect": Words(
        title=_("Outliers: waiting for a database connection"),
        claim=_FAR,
        cause=_("They waited %(part_ns_text)s for a connection."),
        action=_("Look at LA501 and LA506: connections left open, a pool that is too small, or max_connections."),
    ),
    "LA401.lock": Words(
        title=_("Outliers: waiting for a lock"),
        claim=_FAR,
        cause=_("They spent %(part_ns_text)s in a statement that locks rows, in line behind %(holder)s."),
        action=_("Look at LA502 and LA503: who holds the lock, and for how long."),
    ),
    "LA401.lock_of_unknown": Words(
        title=_("Outliers: waiting for a lock"),
        claim=_FAR,
        cause=_("They spent %(part_ns_text)s in a statement that locks rows; who held them was not seen."),
        action=_("Look at LA502 and LA503, and for other users of the database: jobs, migrations, reports."),
    ),
    "LA401.writer": Words(
        title=_("Outliers: waiting for SQLite's single writer"),
        claim=_FAR,
        cause=_("They stood in line for %(part_ns_text)s until it was their turn to write."),
        action=_("Keep transactions short, or use a server database (LA505)."),
    ),
    "LA401.scan": Words(
        title=_("Outliers: a slow statement that lacks an index"),
        claim=_FAR,
        cause=_(
            "They spent %(part_ns_text)s in statements; the slowest reads %(table)s (%(rows)s rows) from end to end, "
            "because there is no index on %(index)s."
        ),
        action=_("Add an index on %(table)s (%(index)s)."),
    ),
    "LA401.database": Words(
        title=_("Outliers: slow statements"),
        claim=_FAR,
        cause=_("They spent %(part_ns_text)s in statements that wait for no lock."),
        action=_("Look at LA303 and at the statements of the slowest requests in the HTML report."),
    ),
    "LA401.python": Words(
        title=_("Outliers: computing"),
        claim=_FAR,
        cause=_("They computed for %(part_ns_text)s, or rendered templates."),
        action=_("Look at LA403; compare the rows of a slow request with those of a fast one."),
    ),
    "LA401.http": Words(
        title=_("Outliers: waiting for another service"),
        claim=_FAR,
        cause=_("They waited %(part_ns_text)s for answers to requests of their own, mostly of %(host)s."),
        action=_("Set a short timeout for such calls, keep the answers, or make them in a background task."),
    ),
    "LA401.waiting": Words(
        title=_("Outliers: waiting inside the view"),
        claim=_FAR,
        cause="",
        action=_("Look for time.sleep, locks and files in the view, and at how busy the machine was."),
    ),
    "LA401.generator": Words(
        title=_("Outliers: sent too late"),
        claim=_FAR,
        cause=_("They began %(part_ns_text)s later than they were due: no virtual user was free."),
        action=_("Give the rate more virtual users; before that, do not blame the target."),
    ),
    "LA401.network": Words(
        title=_("Outliers: on the network"),
        claim=_FAR,
        cause=_("They spent %(part_ns_text)s on connecting and on sending the answer."),
        action=_("Look at what lies between load and target: proxies, TLS, and how busy both machines are."),
    ),
    "LA401": Words(
        title=_("Outliers"),
        claim=_FAR,
        cause="",
        action=_("Open the slowest requests of the operation in the HTML report and see where their time went."),
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
    "LA402.cold": Words(
        title=_("Slow at first, fast later"),
        claim=_("%(fast)s requests took %(fast_ns_text)s and %(slow)s took %(slow_ns_text)s in the median."),
        cause=_("Time decides: the slow requests came first, while nothing was warm."),
        action=_("Expect it after each deployment: warm up what is slow, or make it when the process starts."),
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
    "LA403.everywhere": Words(
        title=_("Computes for long, everywhere"),
        claim=_("A request computes for %(cpu_ns_text)s or more in the median in %(of)s operations (n = %(n)s)."),
        cause=_(
            "Python code of the request that nearly all of them pass through, such as a middleware: while it computes, "
            "the other threads of its worker wait."
        ),
        action=_(
            "Look at what all requests pass through: middleware, authentication, context processors, signal handlers. "
            "A profiler on one quick page shows it."
        ),
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
    "LA405": Words(
        title=_("A common ceiling"),
        claim=_(
            "The slowest requests of %(operations)s operations, of %(of)s that reached 1 s, all took "
            "%(low_ns_text)s to %(high_ns_text)s."
        ),
        cause=_("That is a timeout's value: %(setting)s."),
        action=_("Look for what was waited for until this timeout ended it (%(setting)s): a pool, a lock, a worker."),
    ),
    "LA405.statement": Words(
        title=_("A common ceiling"),
        claim=_(
            "The longest statements of %(operations)s operations, of %(of)s that have one of 1 s, all took "
            "%(low_ns_text)s to %(high_ns_text)s."
        ),
        cause=_("That is a timeout's value: %(setting)s."),
        action=_("Look for what these statements waited for or worked on until this timeout ended them (%(setting)s)."),
    ),
    "LA405.connect": Words(
        title=_("A common ceiling"),
        claim=_(
            "The longest waits for a database connection in %(operations)s operations, of %(of)s that waited 1 s, all "
            "took %(low_ns_text)s to %(high_ns_text)s."
        ),
        cause=_("That is a timeout's value: %(setting)s."),
        action=_("Look for who keeps the connections until this timeout ends the wait (%(setting)s)."),
    ),
    "LA406": Words(
        title=_("Slower than its budget"),
        claim=_(
            "The service time has a %(quantile)s of %(value_ns_text)s (median %(median_ns_text)s, n = %(n)s); its "
            "budget is %(budget_ns_text)s%(declared_text)s."
        ),
        cause=_("%(share_text)s of a typical request is this part: %(part)s."),
        action=_(
            "Begin with the part of the time that is named, or set a limit of your own in LOADAUDIT['THRESHOLDS']."
        ),
    ),
    "LA406.imported": Words(
        title=_("Slower than its budget"),
        claim=_(
            "The latency has a %(quantile)s of %(value_ns_text)s (median %(median_ns_text)s, n = %(n)s); the budget is "
            "%(budget_ns_text)s%(declared_text)s."
        ),
        cause="",
        action=_("Send it with loadaudit run --only: the traces tell whether it works, waits or stands in line."),
    ),
    "LA407.queries": Words(
        title=_("A costly health check"),
        claim=_("A check asks the database %(queries)s times in the median (n = %(n)s); %(allowed)s are plenty."),
        cause=_("It does more than see whether the database answers."),
        action=_("Ask SELECT 1, and leave counts and reports to pages that are not called every few seconds."),
    ),
    "LA407.cpu": Words(
        title=_("A costly health check"),
        claim=_("A check computes for %(cpu_ns_text)s even when nothing disturbs it (n = %(n)s)."),
        cause=_("Python code of the check itself."),
        action=_("Answer from what is at hand; measure and collect elsewhere."),
    ),
    "LA407.slow": Words(
        title=_("A costly health check"),
        claim=_("A check takes %(service_ns_text)s even when nothing disturbs it (n = %(n)s)."),
        cause=_("It waits for what it asks, and holds a worker meanwhile."),
        action=_("Give what it asks a short timeout, or let something else look and answer with what it saw last."),
    ),
}
