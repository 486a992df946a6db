"""Operations that end a session or change the account that sends them, which needs an identity to throw away."""

import re

from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.account_keys import fields_of_account
from loadaudit.planning.own_account_code import ends_own_account
from loadaudit.records import Kind, Operation, Risk

ONLY_ISOLATED = (
    "it ends or changes the account that sends it, which needs an identity to throw away; "
    "only an isolated run that logs in makes those: leave out --no-isolate, --target and --anonymous"
)

_ENDS = re.compile(
    r"log[-_]?out|sign[-_]?out|unsubscribe[-_]?account"
    r"|(delete|close|remove|destroy|cancel)[-_/]?(my[-_]?|own[-_]?|user[-_]?)?(account|profile)"
    r"|(account|profile|users?/me)/(delete|close|remove|destroy)",
    re.IGNORECASE,
)
"""Ends the session or the account, by whatever method it is called."""

_ENDS_OWN = re.compile(
    r"(accounts?|user|profile|membership|registration|/me)/(delete|close|remove|destroy|cancel|erase|deactivate)"
    r"|(delete|close|remove|destroy|cancel|erase)[-_/](me|myself|user|membership|registration)\b"
    r"|/(unregister|log[-_]?off|end[-_]?session)\b|deactivate",
    re.IGNORECASE,
)
"""Ends the account or the session of whom it is sent by, where no parameter says that it is another's."""

_CHANGES = re.compile(
    r"password|passwd|(change|set|reset|update)[-_]?(e-?mail|username)|e-?mail[-_/](change|update|set)|/e-?mail/?(\s|$)"
    r"|(mfa|totp|2fa|two[-_]?factor|otp)[-_/]",
    re.IGNORECASE,
)
"""Changes what the account logs in with, when it writes."""

_CHANGES_OWN = re.compile(
    r"(tokens?|sessions?)[-_/]?(destroy|revoke|delete|blacklist|end|logout)|logout[-_]?all", re.IGNORECASE
)
"""Takes back what somebody is logged in by, where no parameter says that it is another's."""

_OWN_ACCOUNT = re.compile(r"/(me|account|profile|self)/?$", re.IGNORECASE)


_LOGS_IN = re.compile(r"log[-_]?in|sign[-_]?in|passwordless", re.IGNORECASE)
_A_PASSWORD = re.compile(r"pass|pwd|secret|pin\b|code|token|otp", re.IGNORECASE)


def sends_a_link(operation: Operation) -> bool:
    """Whether a login asks for an address and for no password: it writes to whose address it is."""
    names = [one.name for one in operation.body.fields]
    return (
        operation.method == "POST"
        and not operation.parameters
        and _LOGS_IN.search(f"{operation.route} {operation.name}") is not None
        and any("mail" in name.lower() for name in names)
        and not any(_A_PASSWORD.search(name) for name in names)
    )


def ends_session(operation: Operation) -> bool:
    """Whether nothing can be sent as the same user behind it."""
    words = f"{operation.route} {operation.name}"
    return bool(_ENDS.search(words) or _ENDS_OWN.search(words))


def needs_disposable(operation: Operation) -> bool:
    """Whether nobody else can go on with the session or the account that has sent this operation.

    A page that only asks for a new password or a confirmation changes nothing; a GET that logs out does.
    """
    words = f"{operation.route} {operation.name}"
    if _ENDS.search(words) or (not operation.parameters and _ENDS_OWN.search(words)):
        return True
    if operation.method == "DELETE" and _OWN_ACCOUNT.search(operation.route):
        return True
    writes = operation.method not in SAFE_METHODS or operation.kind is Kind.WRITE or operation.risk is Risk.DESTRUCTIVE
    own = not operation.parameters and _CHANGES_OWN.search(words)
    keyed = fields_of_account(one.name for one in operation.parameters)
    if not writes:
        return False
    return bool(own or keyed or _CHANGES.search(words) or sends_a_link(operation)) or ends_own_account(operation)
