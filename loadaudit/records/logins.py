"""Logins of virtual users and the sessions that they lost, as a run records them."""

from dataclasses import dataclass
from enum import StrEnum


class LoginWay(StrEnum):
    """How a virtual user came by its session."""

    FORM = "form"
    """The target's own login form."""
    TOKEN = "token"
    """The target's own login operation that answers a token."""
    HEADER = "header"
    """Headers of the settings, sent with every request."""
    FUNCTION = "function"
    """`login` of the project's loadtests module."""
    SESSION = "session"
    """Made on the server side, without a login."""


class LoginCause(StrEnum):
    """Why a login was not proven."""

    NONE = ""
    NO_FORM = "no_form"
    ELSEWHERE = "elsewhere"
    """The login page belongs to another host, as with single sign-on."""
    CAPTCHA = "captcha"
    """The form asks for what only a person can give."""
    SECOND_FACTOR = "second_factor"
    """The password was right, and a code from elsewhere is asked for."""
    REJECTED = "rejected"
    """The form came back, or the operation refused the credentials."""
    LOCKED_OUT = "locked_out"
    """The form says that there were too many tries."""
    RATE_LIMITED = "rate_limited"
    CSRF = "csrf"
    EXCEPTION = "exception"
    STATUS = "status"
    """Another status than a login answers."""
    NO_ANSWER = "no_answer"
    NOT_PROVEN = "not_proven"
    """The login went through, and no trace shows its user."""


NEEDS_A_PERSON = frozenset({LoginCause.ELSEWHERE, LoginCause.CAPTCHA, LoginCause.SECOND_FACTOR})
"""Causes that no password helps against; sessions made on the server side do."""

RETRIED = frozenset(
    {
        LoginCause.LOCKED_OUT,
        LoginCause.RATE_LIMITED,
        LoginCause.CSRF,
        LoginCause.EXCEPTION,
        LoginCause.STATUS,
        LoginCause.NO_ANSWER,
        LoginCause.NOT_PROVEN,
    }
)
"""Causes that may pass; a wrong password stays wrong, and trying it again only locks the account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginAttempt:
    """One try to log a virtual user in, and whether a trace proved it."""

    vu: int
    role: str
    proven: bool
    detail: str
    """What proved it, or what was missing, in the server's own words where there are some."""
    duration_ns: int
    cause: LoginCause = LoginCause.NONE
    retry: int = 0
    """0 for the first try, 1 for the first repetition …"""
    way: LoginWay = LoginWay.FORM
    after_loss: bool = False
    """Whether it stands for a session that was lost during the load."""
    traceback: str = ""
    """Of the exception that the login raised in the server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LostSession:
    """A session that ended during the load although nobody logged out."""

    vu: int
    role: str
    number: int
    """The sample at which this was noticed, or the last of the virtual user when it was noticed at the end."""
    operation_id: str
    """Of that sample."""
    sign: str
    """What gave it away."""
    regained: bool
    """Whether the virtual user could log in again."""
    pause_ns: int = 0
    """How long it waited for its new session."""
