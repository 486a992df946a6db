"""LA101 to LA205: logins, and answers that are not what they should be."""

from django.utils.translation import gettext_lazy as _

from loadaudit.reporting.finding_words.words import Words

WORDS: dict[str, Words] = {
    "LA206": Words(
        title=_("Refuses its own method"),
        claim=_("All %(requests)s requests with %(method)s were answered with 405."),
        single=_("The only request with %(method)s was answered with 405."),
        cause=_("The project declares the method for this route, and something in the view refuses it."),
        action=_("Take the method out of the declaration, or let the view handle it."),
    ),
    "LA207": Words(
        title=_("Works alone, and is refused in the load"),
        claim=_(
            "All %(requests)s requests of the load were refused (status %(status)s), although the same was taken "
            "when it was sent alone: its level says that, and nothing of the load."
        ),
        cause=_(
            "What the view takes has changed since, by rows that the run has made or by its other writes. It says: "
            "%(detail)s"
        ),
        action=_(
            "Nothing was measured of it. Let body() in a loadtests.py make what stays right while rows change, or a "
            "@scenario fetch the page first, as a person would; provide() names rows that no other write uses up."
        ),
    ),
    "LA101": Words(
        title=_("Logins fail"),
        claim=_("%(failed)s of %(users)s virtual users with the role %(role)s never proved a login."),
        cause=_("The login did not give what proves it: %(detail)s"),
        action=_(
            "Check the user name and password of this role in LOADAUDIT['USERS'], and rate limits of the "
            "login. Nothing behind the login can count until a login is proven."
        ),
    ),
    "LA101.locustfile": Words(
        title=_("Logins fail"),
        claim=_("%(failed)s of %(users)s users of the locustfile (%(role)s) never proved a login."),
        cause=_("The login did not give what proves it: %(detail)s"),
        action=_(
            "Check the user name and password that the locustfile itself sends, whether it sends the form's CSRF "
            "token, and rate limits of the login. Nothing behind the login can count until a login is proven."
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
    "LA101.imported_log": Words(
        title=_("Logins fail"),
        claim=_("%(failed)s of %(attempts)s logins failed (%(share_text)s)."),
        cause="",
        action=_(
            "Nothing behind the login can count for users who are not logged in. A log does not say why: try the login "
            "with the data of the load test, or let a run of loadaudit do it."
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
        single=_("The only request was answered with a server error."),
        cause=_("%(type)s: %(message)s"),
        action=_("Fix the error behind it. %(where)s"),
    ),
    "LA201.setting": Words(
        title=_("Always answers %(status)s: the setting %(name)s is missing"),
        claim=_("All %(requests)s requests were answered with a server error."),
        single=_("The only request was answered with a server error."),
        cause=_("%(type)s: %(message)s"),
        action=_("Set %(name)s in the settings of the run, as production has it."),
    ),
    "LA201.variable": Words(
        title=_("Always answers %(status)s: the variable %(name)s is missing"),
        claim=_("All %(requests)s requests were answered with a server error."),
        single=_("The only request was answered with a server error."),
        cause=_("%(type)s: %(message)s"),
        action=_("Set %(name)s in the environment of the run, as production has it."),
    ),
    "LA201.imported": Words(
        title=_("Always answers %(status)s"),
        claim=_("All %(requests)s requests were answered with a server error."),
        single=_("The only request was answered with a server error."),
        cause="",
        action=_(
            "Look into the project's own log of that time, or send it once: a run of loadaudit shows the exception."
        ),
    ),
    "LA202": Words(
        title=_("CSRF protection rejects every request"),
        claim=_("All %(requests)s requests were rejected before the view ran."),
        single=_("The only request was rejected before the view ran."),
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
    "LA203.refused": Words(
        title=_("Denies users whom its declared access allows"),
        claim=_(
            "Every request of the role %(role)s was denied (%(requests)s, status %(status)s), and nothing "
            "that the view declares asks for more than this role has."
        ),
        cause="",
        action=_("If that is meant, declare it (staff, permission), so that it can be seen; else let the role in."),
    ),
    "LA203.imported": Words(
        title=_("Refuses every request"),
        claim=_("All %(requests)s requests were answered with status %(http_status)s."),
        single=_("The only request was answered with status %(http_status)s."),
        cause="",
        action=_("Send it once by hand, or with loadaudit run --only, and read the answer."),
    ),
    "LA204": Words(
        title=_("Fails for some requests"),
        claim=_("%(errors)s of %(requests)s requests were answered with a server error."),
        cause=_(
            "%(error)s, always on the same %(failing_paths)s of %(paths)s paths, such as "
            "%(path)s: the data of these rows causes it."
        ),
        action=_("Open the path and fix the view for such rows. %(where)s"),
    ),
    "LA204.open": Words(
        title=_("Fails for some requests"),
        claim=_("%(errors)s of %(requests)s requests were answered with a server error%(error_text)s."),
        cause="",
        action=_("Open the path that failed, more than once: it may be its row, the moment or the load. %(where)s"),
    ),
    "LA204.changed": Words(
        title=_("Fails for some requests"),
        claim=_("%(errors)s of %(requests)s requests were answered with a server error."),
        cause=_(
            "%(error)s, on %(failing_paths)s of %(paths)s paths, such as %(path)s: each of them always "
            "fails, or changed once while others went on working. The data of these rows causes it, and the run "
            "changed some of it."
        ),
        action=_("Open the path and fix the view for such rows. %(where)s"),
    ),
    "LA204.alone": Words(
        title=_("Fails for some requests"),
        claim=_("%(errors)s of %(requests)s requests were answered with a server error."),
        cause=_(
            "%(error)s, on %(failing_paths)s of %(paths)s paths, such as %(path)s. Sent again behind the "
            "load, each alone, paths that had failed failed each time, and others worked: the data of these rows "
            "causes it."
        ),
        action=_("Open the path and fix the view for such rows. %(where)s"),
    ),
    "LA204.duplicate": Words(
        title=_("Fails for some requests"),
        claim=_("%(errors)s of %(requests)s requests were answered with a server error."),
        cause=_(
            "%(error)s: a row that is saved exists already. Nothing looks for it before the database does, or another "
            "request saved it between the look and the save."
        ),
        action=_(
            "Catch the IntegrityError and answer with a 400 or 409; a check of the form or the serializer alone helps "
            "only while no two requests save the same at once. %(where)s"
        ),
    ),
    "LA204.imported": Words(
        title=_("Fails for some requests"),
        claim=_("%(errors)s of %(requests)s requests were answered with a server error."),
        cause="",
        action=_(
            "Look into the project's own log of that time, or let a run of loadaudit send it: that shows the exception "
            "and the paths that fail."
        ),
    ),
    "LA205.soft_failure": Words(
        title=_("Says 200 and means failure"),
        claim=_(
            "%(count)s of %(requests)s requests were answered with status %(status)s and a body that says failure."
        ),
        cause=_("The view reports its failure in the body only."),
        action=_("Find out why it fails, and answer failures with a 4xx or 5xx status so that monitoring sees them."),
    ),
    "LA205.error_template": Words(
        title=_("An error page with a status of success"),
        claim=_("%(count)s of %(requests)s requests were answered with status %(status)s and an error page."),
        cause=_("The title of the page is that of an error."),
        action=_("Answer with the status that the page speaks of, so that monitoring and clients see it."),
    ),
    "LA205.html_as_file": Words(
        title=_("A file that is an HTML page"),
        claim=_(
            "%(count)s of %(requests)s requests were answered with status %(status)s and a document, by its type, that "
            "is an HTML page."
        ),
        cause=_("The Content-Type promises a document, and the body begins with the markup of a page."),
        action=_("Open it: most often the page tells what went wrong. Answer failures with a 4xx or 5xx status."),
    ),
    "LA205.empty_file": Words(
        title=_("An empty file"),
        claim=_(
            "%(count)s of %(requests)s requests were answered with status %(status)s and a document without content."
        ),
        cause=_("The Content-Type promises a document, and the body has no byte."),
        action=_("Find out why nothing was written, and answer failures with a 4xx or 5xx status."),
    ),
    "LA205.no_effect": Words(
        title=_("A heavy write that had nothing to do"),
        claim=_(
            "%(count)s of %(requests)s requests were answered as a success and changed no row, although the same "
            "operation had changed rows before: their times are no measure of its work."
        ),
        cause=_("Each of its statements that write met no row."),
        action=_(
            "Let body() or provide() in a loadtests.py give each request rows that are still to be changed, or measure "
            "it alone with inspect."
        ),
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
}
