"""LA301 on: what requests ask of the database, and how much they answer."""

from django.utils.translation import gettext_lazy as _

from loadaudit.reporting.finding_words.words import Words

WORDS: dict[str, Words] = {
    "LA301": Words(
        title=_("N+1: a statement is executed again and again"),
        claim=_(
            "A request executes the same statement %(median)s times in the median (%(least)s to %(most)s, n = %(n)s)."
        ),
        cause=_("The statement is executed in a loop. %(place)s"),
        action=_("Fetch the rows at once: select_related, prefetch_related, or one query before the loop."),
    ),
    "LA301.per_row": Words(
        title=_("N+1: one statement per row"),
        claim=_(
            "A request executes the same statement %(median)s times in the median (%(least)s to %(most)s, n = %(n)s)."
        ),
        cause=_(
            "The statement is executed in a loop, %(per_row)s × for each row that this one returns: %(parent)s. "
            "%(place)s"
        ),
        action=_("Fetch the rows at once: select_related, prefetch_related, or one query before the loop."),
    ),
    "LA301.writes": Words(
        title=_("A write is executed again and again"),
        claim=_(
            "A request executes the same statement %(median)s times in the median (%(least)s to %(most)s, n = %(n)s)."
        ),
        cause=_("The statement is executed in a loop. %(place)s"),
        action=_("If it is slow, save the rows at once: bulk_create, bulk_update, or one update() of all of them."),
    ),
    "LA301.writes_per_row": Words(
        title=_("One write per row"),
        claim=_(
            "A request executes the same statement %(median)s times in the median (%(least)s to %(most)s, n = %(n)s)."
        ),
        cause=_(
            "The statement is executed in a loop, %(per_row)s × for each row that this one returns: %(parent)s. "
            "%(place)s"
        ),
        action=_("If it is slow, save the rows at once: bulk_create, bulk_update, or one update() of all of them."),
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
    "LA305": Words(
        title=_("An index is missing"),
        claim=_("%(number)s statement(s) read %(table)s (%(rows)s rows) from end to end to find some of them."),
        cause=_("The database's plan: there is no index on %(index)s."),
        action=_("Add an index on %(table)s (%(index)s) before the table grows; the statement is not slow yet."),
    ),
    "LA306": Words(
        title=_("An export is buffered"),
        claim=_(
            "%(median_bytes_text)s are sent in one go: the first byte comes after %(first_ns_text)s of "
            "%(whole_ns_text)s (n = %(n)s)."
        ),
        cause=_("The view makes the whole answer in memory (%(service_ns_text)s) before it sends the beginning."),
        action=_(
            "Send it as it is made: StreamingHttpResponse over an iterator, or make the file in a background task."
        ),
    ),
}
