"""What the exception of a view says about the project or about what was sent, and what to do about it."""

import re
from http import HTTPStatus

from django.conf import settings

from loadaudit.analysis.lacking import setting_lacked, variable_lacked
from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.clones.out_of_reach import advice_on as of_a_database
from loadaudit.planning.preflight.blamed import BY_A_BODY, read_by
from loadaudit.planning.preflight.further import OF_EVERY_REQUEST, OF_VALUES, shuts_out
from loadaudit.planning.preflight.judge import TABLE, Try, detail_of, is_of_no_row, statements_of_view
from loadaudit.planning.preflight.session_keys import missed_by
from loadaudit.planning.preflight.states import reads_form, with_helpers
from loadaudit.planning.preflight.view_code import layers_for, view_at
from loadaudit.planning.resolving import row_at
from loadaudit.planning.rows_before import OF_THE_RUN
from loadaudit.records import UNANSWERED, BodyKind, Evidence, Operation, Outcome, ServerException

FORM_BY_GET = (
    "the view reads a form, which no request of this method has; "
    "leave it out with EXCLUDE, or let the view take POST only (require_POST)"
)

OF_ROWS_FOUND = (
    "the view has found its rows, and turns them down or misses what no table has, such as a file: "
    "provide() in a loadtests.py names others"
)
_EXCEPTIONS = {
    "TemplateDoesNotExist": "the project lacks this template: add it, or leave the operation out with EXCLUDE",
    "ImproperlyConfigured": "a class or a setting of the project lacks what it says: add it, or leave this to EXCLUDE",
    "NoReverseMatch": "the page names a URL that the URLconf does not have, or of a row without what it wants: add it",
    "DoesNotExist": "the view wants a row there, which this database does not have: add it",
    "RelatedObjectDoesNotExist": "a row lacks the one that belongs to it, which other code makes: add it",
    "MultipleObjectsReturned": "the view wants one row there, and this database has several: provide() names one",
    "NotSupportedError": "this database cannot do what the view asks of it: audit on the kind that production has",
    "FileNotFoundError": "a row names a file that is not in the storage, or a setting one that is nowhere: add it",
    "JSONDecodeError": "the view reads JSON where the request has none, as in the body of a GET: a @scenario sends it",
    "MultiValueDictKeyError": "it wants a key that it does not get: a @scenario in a loadtests.py sends it",
    "ModuleNotFoundError": "the view needs a package that is not installed here: install it",
    "NotImplementedError": "the project has not written what the view calls: leave the operation out with EXCLUDE",
    "FolderKeptError": "it deletes what a row names, and that is the folder of the project: leave it out with EXCLUDE",
    "OutgoingRefusedError": "the isolated run lets nothing out: --allow-outgoing HOST opens a host",
}
"""What a view's exception says about the project, by the name of its class."""


_ON_AN_OWN_ROW = (
    "the row was made by the run, as there is no other to read, and may lack what people's rows have: "
    "add one that has it, or mend the view, which fails for new rows"
)
_FAILS = (
    "the view itself fails, with these rows or always: mend it, name others by provide() and body() in a loadtests.py, "
    "or leave the operation out with EXCLUDE"
)
_OF_A_CACHE = (
    "it broke after it had found nothing in a cache, and caches in Redis or in memory are empty when a run begins: "
    "if other code fills them, a @scenario in a loadtests.py sends that first, or the view fills them where it misses"
)
_NOT_IMPLEMENTED = "the view itself says that this is not implemented (501): leave it out with EXCLUDE"
_BY_VALUES = OF_VALUES | {"IntegrityError", ""}
"""What the values of a body may cause; a view that answers 500 itself, without an exception, does not tell what did."""

_CONSTANT = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
_LEFT_OPEN = re.compile(r"requires either a definition of '(\w+)'|No URL to redirect to\. +Provide a (\w+)")
_NOT = re.compile(r"\b(?:not|no|nothing|never)\b", re.IGNORECASE)
_CONFIGURED = re.compile(r"\bconfigured\b", re.IGNORECASE)
_UNCONFIGURED = re.compile(r"\b(?:un|mis)configured\b", re.IGNORECASE)
_NO_LIBRARY = re.compile(r"'(\w+)' is not a registered tag library")
_NOT_INSTALLED = re.compile(
    r"(?<![\w.-])([A-Za-z][\w.-]+)['\"`]? (?:(?:app|library|module|package|tool) )?(?:(?:is|are|was) )?not installed\b"
    r"|\bpip install (?:-U )?['\"`]?([A-Za-z][\w.-]+(?:\[[\w,-]+\])?)"
)
_NO_NAMES = re.compile(
    r"(?:an?|and|any|apps?|are|be|been|but|currently|dependenc(?:y|ies)|driver|extension|ha(?:s|ve)|is|it|library|"
    r"modules?|or|packages?|plugin|program|requested|required|software|still|that|the|these|this|those|tool|was|were|"
    r"which|yet|you)",
    re.IGNORECASE,
)
"""Words before `not installed` that name nothing."""

_NAMES_OTHERS = re.compile(r"(?:ALLOWED_HOSTS|DATABASES|CACHES|EMAIL_\w+)$")
"""Settings that name hosts of something else than HTTP."""

_NO_ANSWER = re.compile(r"Connect|MaxRetry|URLError|Timeout|OperationalError")
_CALLS_HOSTS = frozenset({"requests", "urllib", "urllib3", "httpx", "aiohttp"})
_CALLS_SERVICES = frozenset(
    {"redis", "kombu", "amqp", "pymongo", "elasticsearch", "elastic_transport", "channels_redis"}
)
_OTHER_PROTOCOLS = (_CALLS_SERVICES - {"elasticsearch", "elastic_transport"}) | {"django"}
"""Packages whose exceptions of connections are about something else than HTTP."""

_UNREACHED = re.compile(r"Connect|MaxRetry|URLError|gaierror|NameResolution")
_TELLS_UNREACHED = re.compile(
    r"'NoneType'|Max retries|NewConnection|NameResolution|[Cc]onnection refused|Name or service not known|URLError"
)
"""What messages say where a call had no answer, or where the view goes on without one."""

_NOBODY_LISTENS = re.compile(r"\[Errno 111\]|\bECONNREFUSED\b|\bconnection refused\b", re.IGNORECASE)
"""What the system says where no program listens, in whichever protocol: IMAP, LDAP, a socket of a daemon."""

_REFUSED = re.compile(r"refused (\S+(?:\.\S+|:\d+))")
"""What the fence notes of a connection; of Redis and of folders it notes several words."""

_KEPT_IN = re.compile(r"loadaudit refused the connection to (\S+), .*--allow-outgoing ([\w.:\[\]-]+\w\]?)", re.DOTALL)
"""What the fence says, whichever library repeats it."""

_KEPT_FROM_REDIS = re.compile(r"loadaudit refused (?:the Redis command )?(\S+)(?= in a script|:)")

_ARGUMENTS = re.compile(r"([\w.]+)\(\) (?:missing \d+ required|got an unexpected keyword|takes \d+ positional)")
_SURPLUS = re.compile(r"unexpected keyword argument '(\w+)'")
_NO_NAMESPACE = re.compile(r"'([\w:.-]+)' is not a registered namespace")
_NO_PAGE = "object has no attribute 'render_to_response'"
"""What fails where a `BaseFormView`, say, has methods of its own for a POST alone."""

_NO_TABLE = re.compile(
    r"^no such table: |^no such column: \w+\.\w|has no column named |^relation \S+ does not exist"
    r"|^column \S+\.\S+ does not exist|^column \S+ of relation \S+ does not exist",
)
"""What SQLite and PostgreSQL say of a model's tables and columns; SQL of the view's own names columns alone."""

_LACKS = frozenset({Outcome.SERVER_ERROR, Outcome.CLIENT_ERROR, Outcome.INVALID, Outcome.SOFT_FAILURE})
"""How a view ends that lacks the fields of its form."""

_NO_ROW_IN_ROUTE = "must be called with either an object pk or a slug"
_MOST_NAMES = 6


def of_exception(operation: Operation, best: Try) -> str:
    """Return what an exception says about the project or about what was sent, by its words, else by its class."""
    exception, payload = best.trace.exception if best.trace is not None else None, best.payload
    kind = exception.type if exception is not None else ""
    name = kind.rpartition(".")[2]
    if best.sample.status == HTTPStatus.NOT_IMPLEMENTED:
        return of_no_package(detail_of(best)) or _NOT_IMPLEMENTED
    if told := of_service(best):
        return told
    if exception is not None and (told := of_a_database(exception.message) or _of_lacking(exception)):
        return told
    if exception is not None and (told := _of_words(exception.message) or _of_elsewhere(exception)):
        return told
    if shuts_out(best):
        return "it fails on who asks: if some user may, add them to LOADAUDIT['USERS']"
    if is_form_by_get(operation, best):
        return FORM_BY_GET
    if key := missed_by(best):
        return f"its session has no {key!r}: a @scenario in a loadtests.py sends first what puts it there"
    if is_of_no_row(best):
        return f"the view uses a row or a value that is not there{read_last(best)}: add what it shows"
    if name == "JSONDecodeError" and operation.method in SAFE_METHODS and not _may_read_body(best):
        row = _row_named(operation, best)
        return f"it takes for JSON what {row} has in it{read_last(best)}: mend that row, or provide() names another"
    if exception is not None and name == "TypeError" and _is_of_its_call(operation, exception.message):
        return (
            "its route does not hand over what its function takes: mend the one or the other, "
            "or leave the operation out with EXCLUDE"
        )
    if payload is not None and name in _BY_VALUES and payload.kind is not BodyKind.NONE:
        return f"the view fails with these values, or always{read_by(operation)}; {BY_A_BODY}"
    if operation.method in SAFE_METHODS and OF_THE_RUN in best.path.origin and name not in _EXCEPTIONS:
        return _ON_AN_OWN_ROW
    return _EXCEPTIONS.get(name, _OF_A_CACHE if _misses_in_cache(best) else _FAILS)


def _misses_in_cache(best: Try) -> bool:
    """Whether a view broke that has found nothing in a cache, and stored nothing there either."""
    trace = best.trace
    return trace is not None and trace.cache_gets > trace.cache_hits and not trace.cache_sets


def _row_named(operation: Operation, best: Try) -> str:
    """Return the innermost row of an address by its model and key, as far as one is known."""
    rows = (row_at(one, best.path.path) for one in reversed(operation.parameters) if one.model)
    return next((f"the row {row.pk} of {row._meta.label}" for row in rows if row is not None), "a row")


def _may_read_body(best: Try) -> bool:
    """Whether the code of a view, as far as it is known, asks for the body of its request."""
    view = view_at(best.path.path)
    layers = layers_for(view, best.sample.operation_id.partition(" ")[0]) if view is not None else ()
    return view is None or any("body" in one.__code__.co_names for one in with_helpers(layers))


def is_form_by_get(operation: Operation, best: Try) -> bool:
    """Whether a read fails whose view reads a form, and tells nowhere that it answers reads."""
    if operation.method not in SAFE_METHODS or best.outcome not in _LACKS:
        return False
    is_page = not operation.parameters and is_of_no_row(best)
    is_assumed = operation.method_evidence is Evidence.ASSUMED
    return (is_page or is_assumed) and reads_form(best.path.path, operation.method)


def of_service(best: Try) -> str:
    """Return what to do about a service over HTTP that a request could not reach; empty where it reached all.

    Neither what the fence refused nor a service that is down is a cause where the view breaks on something else:
    many report home beside their work.
    """
    trace = best.trace
    for one in trace.outgoing if trace is not None else ():
        place = one.removeprefix(UNANSWERED)
        if place != one and _may_come_of(trace.exception if trace is not None else None, place):
            return f"it asks {place}{_named_by(place)}, where nothing answers: start that service for the run"
        match = _REFUSED.fullmatch(one) if trace is not None and trace.exception is None else None
        if match is not None:
            return (
                f"it asks {match[1]}{_named_by(match[1])}, and an isolated run lets nothing out: "
                f"--allow-outgoing {match[1].rpartition(':')[0] or match[1]} opens it"
            )
    return ""


def _may_come_of(exception: ServerException | None, place: str) -> bool:
    """Whether an exception, if there is one, is such as a service that does not answer leads to."""
    if exception is None or place in exception.message:
        return True
    if exception.type.partition(".")[0] in _OTHER_PROTOCOLS:
        return False
    return bool(_UNREACHED.search(exception.type.rpartition(".")[2]) or _TELLS_UNREACHED.search(exception.message))


def _named_by(place: str) -> str:
    """Return the names of settings whose text has a place in it, in brackets; empty where none has."""
    host, _, port = place.rpartition(":")
    address = rf"(?<![\w.-]){re.escape(place)}(?!\d)"
    if port in ("80", "443"):
        address += rf"|//(?:[^/\s@]*@)?{re.escape(host)}(?![\w.:-])"
    pattern = re.compile(address)
    names = (one for one in dict.fromkeys(dir(settings)) if one.isupper() and not _NAMES_OTHERS.match(one))
    named = [one for one in names if pattern.search(_text_of(one))]
    return f" ({', '.join(named[:2])})" if named else ""


def _text_of(name: str) -> str:
    """Return what a setting holds as text; empty where it cannot be read, as an empty SECRET_KEY."""
    try:
        return str(getattr(settings, name, "") or "")
    except Exception:  # a setting may be an object of the project's, or refuse to be read
        return ""


def _of_lacking(exception: ServerException) -> str:
    if setting := setting_lacked(exception):
        return f"the project lacks the setting {setting}: add it, or leave the operation out with EXCLUDE"
    variable = variable_lacked(exception)
    return variable and (
        f"the environment lacks the variable {variable}: set it for the run, or leave the operation out with EXCLUDE"
    )


def _of_words(message: str) -> str:
    """Return what a message says that the project lacks, or empty."""
    if kept := _KEPT_IN.search(message):
        return f"it calls {kept[1]}, and an isolated run lets nothing out: --allow-outgoing {kept[2]} opens it"
    if kept := _KEPT_FROM_REDIS.search(message):
        return (
            f"the isolated run lets no {kept[1]} through to Redis, because it may touch the keys of others: "
            "leave the operation out with EXCLUDE, or send it for real with --no-isolate"
        )
    if "has no file associated with it" in message:
        return "a row has no file where the view wants one: upload one for it"
    if left_open := _LEFT_OPEN.search(message):
        return (
            f"its class has no {left_open[1] or left_open[2]}, which the project has to give it: put a view with one "
            "before it in the URLconf, or leave the operation out with EXCLUDE"
        )
    if _NO_PAGE in message:
        return (
            "nobody can make it succeed: a base view of Django's answers here, and its class has no page for that; "
            "leave it out with EXCLUDE, or take the method from the view's http_method_names"
        )
    if _NO_TABLE.search(message):
        return "the database lacks what the model says: migrate, or write the migration that its app lacks"
    if _lacks_configuration(message):
        return (
            "the project has not configured what it names: do so for the run, or leave the operation out with EXCLUDE"
        )
    if "Missing staticfiles manifest entry" in message:
        return "its static files are not collected: manage.py collectstatic, or another STORAGES for the run"
    if lacked := _NO_LIBRARY.search(message):
        return f"the project lacks the app that has the template tags {lacked[1]}: add it to INSTALLED_APPS"
    if lacked := _NO_NAMESPACE.search(message):
        return f"the page names URLs of {lacked[1]}, which the URLconf does not have: include them"
    if _NO_ROW_IN_ROUTE in message:
        return (
            "its route has no parameter for the row that its class wants: give it one in the URLconf, "
            "or leave the operation out with EXCLUDE"
        )
    if told := of_no_package(message):
        return told
    named = _settings_in(message)
    return f"what it says names {named}: set that to what is there, or add what it names" if named else ""


def of_no_package(message: str) -> str:
    """Return what to do where a message says that a package is not installed, or how to install one; else empty."""
    named = (match[1] or match[2] for match in _NOT_INSTALLED.finditer(message))
    lacked = next((one for one in named if not _NO_NAMES.fullmatch(one)), "")
    return lacked and (
        f"it needs {lacked}, which is not installed here: install it, or leave the operation out with EXCLUDE"
    )


def _lacks_configuration(message: str) -> bool:
    """Whether one sentence of a message says that something is not configured."""
    for sentence in message.split("."):
        found = _NOT.search(sentence)
        if found is not None and _CONFIGURED.search(sentence, found.end()):
            return True
    return _UNCONFIGURED.search(message) is not None


def _of_elsewhere(exception: ServerException) -> str:
    """Return what to do about a call of another host or of a service that does not answer, by class or words."""
    root, _, name = exception.type.partition(".")
    if _NO_ANSWER.search(name) and root in _CALLS_HOSTS:
        return "it calls another host, and an isolated run lets nothing out: --allow-outgoing HOST opens one"
    if _NO_ANSWER.search(name) and root in _CALLS_SERVICES:
        return f"it needs a service behind {root} that does not answer here: start it for the run"
    if _NOBODY_LISTENS.search(exception.message):
        return (
            "it connects to a service that does not answer here: start that for the run, or leave the operation out "
            "with EXCLUDE"
        )
    return ""


def _is_of_its_call(operation: Operation, message: str) -> bool:
    """Whether a TypeError is about the arguments with which the view itself was called."""
    match = _ARGUMENTS.match(message)
    view = operation.view.rpartition(".")[2]
    if match is None:
        return False
    # What a viewset's action is called with has its name, which the route alone does not tell.
    surplus = _SURPLUS.search(message)
    by_route = surplus is not None and surplus[1] in {one.name for one in operation.parameters}
    return match[1] in (view, f"{view}.{operation.method.lower()}") or (by_route and match[1].startswith(f"{view}."))


def _settings_in(message: str) -> str:
    """Return the names of settings that are set and that a message names."""
    # To look one up may raise, as an empty SECRET_KEY does.
    known = frozenset(dir(settings))
    found = dict.fromkeys(one for one in _CONSTANT.findall(message) if one in known)
    return " and ".join(f"the setting {one}" for one in list(found)[:_MOST_NAMES])


_OF_RIGHTS = frozenset({"auth_permission", "auth_group"})
"""Tables from which Django learns what a user may, whatever the view lacks."""


def read_last(best: Try) -> str:
    """Name the table that the view read last, if it read one."""
    tables = [match[1] for one in statements_of_view(best) if (match := TABLE.search(one.sql))]
    tables = [one for one in tables if one not in OF_EVERY_REQUEST | _OF_RIGHTS]
    return f" (it read {tables[-1]} last)" if tables else ""
