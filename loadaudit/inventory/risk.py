"""What sending an operation may do to the target, by its method and its words."""

from loadaudit.inventory.words import words_of
from loadaudit.records import Evidence, Kind, Risk

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_DESTRUCTIVE = frozenset(
    {"delete", "destroy", "remove", "reset", "clear", "wipe", "purge", "flush", "truncate", "erase", "drop"}
    | {"logout", "signout", "deactivate", "terminate", "revoke", "uninstall", "shutdown"}
    | {"payment", "payments", "pay", "checkout", "charge", "refund", "stripe", "paypal"}
    | {"webhook", "webhooks", "mail", "mails", "email", "emails", "sms", "notify", "invite", "newsletter"}
)
_LEAVES = frozenset({"logout", "signout"})
_ALWAYS_HEAVY_FORMATS = frozenset({"pdf", "xlsx", "xls", "docx", "zip", "backup"})
_HEAVY = frozenset(
    {"batch", "copy", "deepcopy", "clone", "duplicate", "generate", "bulk", "recalculate", "recompute"}
    | {"rebuild", "reindex", "import", "sync", "synchronize", "migrate"}
)
_HEAVY_READS = frozenset({"copy", "deepcopy", "clone", "generate", "recalculate", "rebuild", "reindex"})


def kind_of(method: str) -> Kind:
    """Return read for a method that HTTP calls safe."""
    return Kind.READ if method in _SAFE_METHODS else Kind.WRITE


def risk_of(
    method: str, method_evidence: Evidence, route: str, name: str, view: str, *, uses_logout: bool = False
) -> tuple[Risk, Evidence]:
    """Return the risk and its evidence: only words and methods are known, so nothing here is declared.

    `uses_logout` says that the code behind the method names `logout`, whatever the route is called.
    A GET with a word such as `delete` asks for confirmation where the view tells methods apart; where
    nothing shows that it does, the GET may well delete.
    """
    words = words_of(route) | words_of(name) | words_of(view.rpartition(".")[2])
    if method == "DELETE":
        return Risk.DESTRUCTIVE, Evidence.INFERRED
    if method in _SAFE_METHODS:
        return (Risk.DESTRUCTIVE, Evidence.INFERRED) if uses_logout else _risk_of_read(method_evidence, words)
    if words & _DESTRUCTIVE:
        return Risk.DESTRUCTIVE, Evidence.INFERRED
    if words & (_HEAVY | _ALWAYS_HEAVY_FORMATS):
        return Risk.HEAVY, Evidence.INFERRED
    return Risk.MUTATING, Evidence.ASSUMED


def _risk_of_read(method_evidence: Evidence, words: frozenset[str]) -> tuple[Risk, Evidence]:
    if words & _LEAVES:
        return Risk.DESTRUCTIVE, Evidence.INFERRED
    if method_evidence is Evidence.ASSUMED and words & (_DESTRUCTIVE - _NOUNS):
        return Risk.DESTRUCTIVE, Evidence.INFERRED
    if words & (_ALWAYS_HEAVY_FORMATS | _HEAVY_READS):
        return Risk.HEAVY, Evidence.INFERRED
    return Risk.SAFE, Evidence.ASSUMED


_NOUNS = frozenset(
    {"payment", "payments", "mail", "mails", "email", "emails", "newsletter", "webhook", "webhooks", "checkout"}
    | {"stripe", "paypal", "sms"}
)
"""Words that a list page carries too: no verb, no deed."""
