"""LA501 on: what requests do to the database and other servers together."""

from django.utils.translation import gettext_lazy as _

from loadaudit.reporting.finding_words.words import Words

WORDS: dict[str, Words] = {
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
    "LA502.sessions": Words(
        title=_("Sessions wait for a lock"),
        claim=_(
            "%(waits)s waits for a lock (%(table)s) of %(median_ns_text)s in the median, at most %(max_ns_text)s, were "
            "seen in the database; mostly of %(waiter_text)s."
        ),
        cause=_(
            "PostgreSQL names the session at the head of the line: %(holder_text)s, %(state)s, in a transaction of "
            "%(held_ns_text)s."
        ),
        action=_("End that transaction sooner; a session that is idle in transaction holds its locks for nothing."),
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
        claim=_(
            "The database ended %(count)s of %(requests)s requests because transactions waited for each other. "
            "%(on_purpose_text)s"
        ),
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
    "LA504.whole_row": Words(
        title=_("Requests undo each other's changes"),
        claim=_(
            "%(columns)s of %(table)s: counted by the database, and written back with the whole row by a save(); "
            "%(lost)s of %(writes)s writes were lost."
        ),
        cause=_(
            "Two requests read the same number, and the save() of the later one wrote it over what the database had "
            "counted meanwhile."
        ),
        action=_(
            "Save only what was changed, save(update_fields=[…]), or lock the row with select_for_update() before it "
            "is read."
        ),
    ),
    "LA505.waits": Words(
        title=_("Requests wait for SQLite's single writer"),
        claim=_(
            "%(waits)s requests waited %(median_ns_text)s in the median for their turn to write, at most "
            "%(max_ns_text)s."
        ),
        cause=_("SQLite lets one connection write at a time; who waits is not to blame."),
        action=_("Keep transactions short, or use a server database for concurrent writes."),
    ),
    "LA505.locked": Words(
        title=_("The SQLite database is locked"),
        claim=_("%(count)s of %(requests)s requests gave up waiting for SQLite's single writer (operations: %(met)s)."),
        cause=_("SQLite lets one connection write at a time; those that failed are not to blame."),
        action=_("Use WAL, IMMEDIATE transactions and a longer timeout, or a server database for concurrent writes."),
    ),
    "LA506.refused": Words(
        title=_("No database connection left"),
        claim=_("%(refused)s requests got no database connection."),
        cause=_("%(message)s"),
        action=_(
            "Let requests give connections back (LA501), then fit pool and max_connections to workers times threads."
        ),
    ),
    "LA506.full": Words(
        title=_("The database takes no more connections"),
        claim=_(
            "%(waits)s of %(n)s requests waited %(median_ns_text)s in the median for a database connection, at most "
            "%(max_ns_text)s."
        ),
        cause=_("The server was seen with %(sessions)s sessions, and max_connections is %(limit)s."),
        action=_(
            "Let requests give connections back (LA501), then fit pool and max_connections to workers times threads."
        ),
    ),
    "LA506.pooler": Words(
        title=_("PgBouncer's pool is too small"),
        claim=_(
            "In %(readings)s of %(of_readings)s readings clients stood in line for a server connection: %(clients)s at "
            "most, for up to %(longest_ns_text)s."
        ),
        cause=_("PgBouncer has %(pool)s server connections for this database, and all of them were taken."),
        action=_(
            "Raise default_pool_size (or the database's pool_size) within max_connections, or shorten transactions: in "
            "transaction mode a connection is taken until its end."
        ),
    ),
    "LA506.pool": Words(
        title=_("The connection pool is too small"),
        claim=_(
            "%(waits)s of %(n)s requests waited %(median_ns_text)s in the median for a database connection, at most "
            "%(max_ns_text)s."
        ),
        cause=_("Each process shares a pool of %(pool)s connection(s) among its threads, and it had none to give."),
        action=_("Let the pool hold as many connections as a process has threads, within max_connections."),
    ),
    "LA506.waits": Words(
        title=_("Requests wait for a database connection"),
        claim=_(
            "%(waits)s of %(n)s requests waited %(median_ns_text)s in the median for a database connection, at most "
            "%(max_ns_text)s."
        ),
        cause="",
        action=_("Compare the pool's size with workers times threads, and keep connections with CONN_MAX_AGE."),
    ),
    "LA507": Words(
        title=_("A cache that never hits"),
        claim=_(
            "All %(gets)s look-ups of %(requests)s requests missed, although %(sets)s values were stored "
            "(%(paths)s paths)."
        ),
        cause="",
        action=_(
            "Look for a key that differs each time, a timeout of 0, or a cache that every process has for itself."
        ),
    ),
    "LA508": Words(
        title=_("Serialization failure"),
        claim=_(
            "The database gave up %(count)s of %(requests)s requests because of what others changed meanwhile. "
            "%(on_purpose_text)s"
        ),
        cause=_("%(message)s"),
        action=_("Repeat the transaction when this happens, or lock the rows before they are read."),
    ),
    "LA509": Words(
        title=_("A double submit makes several rows"),
        claim=_("%(successes)s equal requests of the same moments made %(rows)s rows in %(table)s."),
        cause="",
        action=_("If one row is meant, give the form a key that is used once, or the table a unique constraint."),
    ),
    "LA509.uncaught": Words(
        title=_("A double submit ends in an error"),
        claim=_("%(errors)s of %(requests)s equal requests of the same moment were answered with a server error."),
        cause=_("%(error)s: another one saved the row between the look for it and the save."),
        action=_(
            "Catch the IntegrityError and answer with a 400 or 409, as for a row that was there before. %(where)s"
        ),
    ),
}
