"""Mail of an isolated run: built, counted and thrown away."""

import html
import re
import uuid
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from loadaudit.load.correlation import is_control
from loadaudit.probes.fence.hosts import MAIL_PORTS
from loadaudit.probes.fence.patches import Patches
from loadaudit.probes.recorder import current, note_outgoing

BACKEND = "loadaudit.probes.fence.mail.DiscardingBackend"


_LINK = re.compile(r"""https?://[^\s"'<>]+""")
_OWN_PEOPLE = re.compile(r"(la|loadaudit)-[\w.-]+@example\.com")
"""Addresses that the run makes up. Links in mails to others may open their real accounts, and are not looked at."""

_MOST_TEXT = 200_000


class DiscardingBackend(BaseEmailBackend):
    """Takes every message and sends none."""

    folder: Path | None = None
    """Where links are noted that only a mail shows, such as those that confirm an address."""

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
            self._note_links(message)
        return len(messages)

    def _note_links(self, message: EmailMessage) -> None:
        """Keep the links for the request of the control plane that caused the mail; the load's mails are many."""
        recorder, people = current(), message.recipients()
        if self.folder is None or recorder is None or not is_control(recorder.number):
            return
        if not people or not all(_OWN_PEOPLE.fullmatch(one) for one in people):
            return
        parts = [(str(message.body), f"text/{message.content_subtype}")]
        parts += [(str(one[0]), str(one[1])) for one in getattr(message, "alternatives", ())]
        links = [_plain(one, kind).rstrip(".,;)") for text, kind in parts for one in _LINK.findall(text[:_MOST_TEXT])]
        if not links:
            return
        # A full disk is no reason for the project's mail to fail.
        with suppress(OSError):
            unfinished = self.folder / f"{uuid.uuid4().hex}.part"
            unfinished.touch(mode=0o600)
            unfinished.write_text("\n".join(dict.fromkeys(links)))
            unfinished.rename(unfinished.with_suffix(".links"))


def _plain(link: str, kind: str) -> str:
    """Return a link as it is meant: in a plain text, `&times` begins the name of a value and is no sign."""
    return html.unescape(link) if kind == "text/html" or "&amp;" in link else link


def discard_mail(settings: Any, folder: Path, patches: Patches) -> tuple[str, ...]:
    """Point the project's mail at the backend that sends nothing."""
    patches.put(DiscardingBackend, "folder", folder)
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
