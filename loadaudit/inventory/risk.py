"""What sending an operation may do to the target, by its method and its words."""

import re
from collections.abc import Sequence

from loadaudit.conf import RiskRule
from loadaudit.inventory.words import words_of
from loadaudit.records import Evidence, Kind, Risk

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_DESTRUCTIVE = frozenset(
    {"delete", "destroy", "remove", "reset", "clear", "wipe", "purge", "flush", "truncate", "erase", "drop", "undo"}
    | {"logout", "signout", "deactivate", "terminate", "revoke", "uninstall", "shutdown"}
    | {"payment", "payments", "pay", "checkout", "charge", "refund", "stripe", "paypal"}
    | {"eliminar", "borrar", "suprimir", "excluir", "apagar", "deletar", "supprimer", "loeschen", "elimina", "cancella"}
    | {"pagar", "bezahlen", "paga", "salir", "sair", "deconnexion", "abmelden"}
    | {"webhook", "webhooks", "mail", "mails", "email", "emails", "sms", "notify", "invite", "newsletter"}
)
_DEEDS = frozenset({"logout", "send_mail", "send_mass_mail", "EmailMessage", "EmailMultiAlternatives", "mail_admins"})
_WRITING = _DEEDS | {
    *("save", "asave", "delete", "adelete", "create", "acreate", "update", "aupdate", "bulk_create", "bulk_update"),
    *("get_or_create", "update_or_create", "add", "remove", "set", "clear", "execute", "call_command"),
    *("perform_create", "perform_update", "perform_destroy", "set_password", "login"),
}
_SURELY_WRITING = frozenset(
    {"save", "asave", "delete", "adelete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
    | {"perform_create", "perform_update", "perform_destroy", "set_password", "execute"}
)
_OF_ROWS = frozenset({"create", "acreate", "update", "aupdate"})
"""Names that dictionaries have too: they write where rows are looked for."""
_ACTS = frozenset(
    {"execute", "stop", "kill", "abort", "cancel", "apply", "approve", "reject", "toggle", "activate"}
    | {"enable", "disable", "requeue", "enqueue", "retry", "publish", "unpublish", "mark", "subscribe", "unsubscribe"}
)
"""Words for what a view does before it sends the browser on."""
_SENDS_ON = frozenset({"redirect", "HttpResponseRedirect"})
_SHOWS = frozenset({"render", "TemplateResponse", "render_to_response", "render_to_string", "get_template"})
_LEAVES = frozenset({"logout", "signout", "salir", "sair", "deconnexion", "abmelden"})
_EMPTIES = frozenset({"flush", "clear", "pop"})
"""Names of a session's methods that take something out of it; `del` leaves no name behind."""
_ALWAYS_HEAVY_FORMATS = frozenset({"pdf", "xlsx", "xls", "docx", "zip", "backup"})
_HEAVY = frozenset(
    {"batch", "copy", "deepcopy", "clone", "duplicate", "generate", "bulk", "recalculate", "recompute"}
    | {"rebuild", "reindex", "import", "sync", "synchronize", "migrate"}
)
_HEAVY_READS = frozenset({"copy", "deepcopy", "clone", "generate", "recalculate", "rebuild", "reindex"})
TELLING = _DESTRUCTIVE | _ACTS | _LEAVES | _ALWAYS_HEAVY_FORMATS | _HEAVY | _HEAVY_READS
"""Words that a rule asks for."""
_NO_WORDS: frozenset[str] = frozenset()


def kind_of(method: str, names: frozenset[str] | None = None, *, saves: bool = False) -> tuple[Kind, Evidence]:
    """Return read for a method that HTTP calls safe, and how sure that is.

    `names` are those that the code behind the method uses; None when it was not read. A view that writes names
    what it writes with, so a read without such a name is inferred, and a write with one; or its framework `saves`.
    """
    writes = names is not None and not names.isdisjoint(_WRITING)
    if method in _SAFE_METHODS:
        return Kind.READ, Evidence.ASSUMED if names is None or writes else Evidence.INFERRED
    return Kind.WRITE, Evidence.INFERRED if writes or saves else Evidence.ASSUMED


def declared_risk(id_: str, rules: Sequence[RiskRule]) -> Risk | None:
    """Return the risk that the settings give to an operation; the first rule that matches its id wins."""
    return next((rule.risk for rule in rules if re.search(rule.pattern, id_)), None)


def risk_of(
    method: str,
    method_evidence: Evidence,
    route: str,
    name: str,
    view: str,
    *,
    names: frozenset[str] | None = None,
    alone: bool = False,
) -> tuple[Risk, Evidence]:
    """Return the risk and its evidence: only words and methods are known, so nothing here is declared.

    `names` are those that the code behind the method uses, and says what a route is silent about: `logout`.
    A GET with a word such as `delete` asks for confirmation where the view tells methods apart; where
    nothing shows that it does, the GET may well delete. `alone` says that the view answers nothing else, so
    that what its code does is done for this method.
    """
    if method == "DELETE":
        return Risk.DESTRUCTIVE, Evidence.INFERRED
    texts = (route, name, view.rpartition(".")[2])
    # Most say none of the words, and then which of the texts says which need not be asked.
    telling = [words for text in texts if not (words := words_of(text)).isdisjoint(TELLING)]
    words = frozenset[str]().union(*telling) if telling else _NO_WORDS
    if method in _SAFE_METHODS:
        if names is not None and "logout" in names:
            return Risk.DESTRUCTIVE, Evidence.INFERRED
        return _risk_of_read(method_evidence, words, names, alone=alone)
    if names is not None and not names.isdisjoint(_DEEDS):
        return Risk.DESTRUCTIVE, Evidence.INFERRED
    if words & _DESTRUCTIVE:
        return Risk.DESTRUCTIVE, Evidence.INFERRED
    if words & (_HEAVY | _ALWAYS_HEAVY_FORMATS):
        return Risk.HEAVY, Evidence.INFERRED
    return Risk.MUTATING, Evidence.INFERRED if names is not None and names & _WRITING else Evidence.ASSUMED


def _risk_of_read(
    method_evidence: Evidence, words: frozenset[str], names: frozenset[str] | None, *, alone: bool
) -> tuple[Risk, Evidence]:
    if words & _LEAVES:
        return Risk.DESTRUCTIVE, Evidence.INFERRED
    if names is not None and (alone or method_evidence is Evidence.ASSUMED):
        deed = _deed(words, names)
        if deed is not None:
            return deed
    if method_evidence is Evidence.ASSUMED and words & (_DESTRUCTIVE - _NOUNS):
        # A word alone: whatever it calls may do it, under a name of the project's own.
        return Risk.DESTRUCTIVE, Evidence.ASSUMED
    if words & (_ALWAYS_HEAVY_FORMATS | _HEAVY_READS):
        return Risk.HEAVY, Evidence.INFERRED
    return Risk.SAFE, Evidence.ASSUMED if names is None or names & _WRITING else Evidence.INFERRED


def _deed(words: frozenset[str], names: frozenset[str]) -> tuple[Risk, Evidence] | None:
    """Return the risk of a GET whose code does what its words say; None where it need do nothing."""
    writes = not names.isdisjoint(_SURELY_WRITING) or ("objects" in names and not names.isdisjoint(_OF_ROWS))
    # Flushing a session logs out, unless it makes room for the next one, as a login does; a page that shows what it
    # has popped is the end of something done before.
    ends_session = {"session", "flush"} <= names and "cycle_key" not in names
    if not names.isdisjoint(_DEEDS) or ends_session:
        return Risk.DESTRUCTIVE, Evidence.INFERRED
    empties = "session" in names and (names.isdisjoint(_SHOWS) or not names.isdisjoint(_EMPTIES - {"pop"}))
    if (writes or empties) and words & (_DESTRUCTIVE - _NOUNS):
        return Risk.DESTRUCTIVE, Evidence.INFERRED
    if words.isdisjoint(_ACTS) or names.isdisjoint(_SENDS_ON) or not names.isdisjoint(_SHOWS):
        return None
    return Risk.MUTATING, Evidence.INFERRED if writes else Evidence.ASSUMED


_NOUNS = frozenset(
    {"payment", "payments", "mail", "mails", "email", "emails", "newsletter", "webhook", "webhooks", "checkout"}
    | {"stripe", "paypal", "sms"}
)
"""Words that a list page carries too: no verb, no deed."""
