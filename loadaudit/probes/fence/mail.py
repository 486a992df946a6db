"""Mail of an isolated run: built, counted and thrown away."""

from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from loadaudit.probes.fence.hosts import MAIL_PORTS
from loadaudit.probes.fence.patches import Patches
from loadaudit.probes.recorder import note_outgoing

BACKEND = "loadaudit.probes.fence.mail.DiscardingBackend"


class DiscardingBackend(BaseEmailBackend):
    """Takes every message and sends none."""

    def __init__(self, fail_silently: bool = False, **options: Any) -> None:
        """Take whatever the project's own backend is given, such as a host and a password."""
        super().__init__()
        self.alias = options.get("alias")
        self.fail_silently = fail_silently

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Build each message, as sending would, note it and let it go."""
        messages = list(email_messages)
        for message in messages:
            message.message()
            note_outgoing("mail")
        return len(messages)


def discard_mail(settings: Any, patches: Patches) -> tuple[str, ...]:
    """Point the project's mail at the backend that sends nothing."""
    mailers = getattr(settings, "MAILERS", None)
    if mailers:
        patches.put_setting(settings, "MAILERS", {alias: {"BACKEND": BACKEND} for alias in mailers})
    else:
        patches.put_setting(settings, "EMAIL_BACKEND", BACKEND)
    return ("mail: messages are built, counted and thrown away",)


def mail_ports(settings: Any) -> frozenset[int]:
    """Return the ports of loopback at which a mail server would take messages from code that chose its own backend."""
    entries = (getattr(settings, "MAILERS", None) or {}).values()
    values = vars(getattr(settings, "_wrapped", settings))
    named = [entry.get("OPTIONS", {}).get("port") for entry in entries] or [values.get("EMAIL_PORT")]
    return MAIL_PORTS | {int(port) for port in named if str(port).isdigit()}
