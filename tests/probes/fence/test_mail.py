"""Mail of an isolated run."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as project
from django.core import mail
from django.core.mail import EmailMessage

from loadaudit.probes.fence.mail import BACKEND, discard_mail, mail_ports
from loadaudit.probes.fence.patches import Patches
from loadaudit.probes.recorder import Recorder, recording


@pytest.fixture
def fenced_mail() -> Iterator[None]:
    """The project's mail as in an isolated run."""
    patches = Patches()
    discard_mail(project, patches)
    yield
    patches.undo()


@pytest.mark.usefixtures("fenced_mail")
def test_nothing_is_sent_and_everything_counted() -> None:
    """Neither to a server nor to the test's own outbox."""
    mail.outbox = []
    recorder = Recorder(1, 1)
    with recording(recorder):
        assert mail.send_mail("subject", "body", "a@example.com", ["b@example.com"]) == 1
        mail.mail_admins("subject", "body")
        EmailMessage("subject", "body", "a@example.com", ["b@example.com"]).send()
    assert recorder.outgoing == ["mail", "mail"]
    assert mail.outbox == []


@pytest.mark.usefixtures("fenced_mail")
def test_message_that_cannot_be_built_still_fails() -> None:
    """As it would when sent."""
    with pytest.raises(ValueError, match=r"."):
        EmailMessage("a\nb", "body", "a@example.com", ["b@example.com"]).send()


def test_settings_of_mailers_are_replaced_each() -> None:
    """Django 6.1 has several, with options that only their own back end understands."""
    mailers = {"default": {"BACKEND": "x.Y", "OPTIONS": {"port": 2525}}, "bulk": {"BACKEND": "x.Z"}}
    settings = SimpleNamespace(MAILERS=mailers)
    assert mail_ports(settings) == {25, 465, 587, 2525}
    patches = Patches()
    discard_mail(settings, patches)
    assert settings.MAILERS == {"default": {"BACKEND": BACKEND}, "bulk": {"BACKEND": BACKEND}}
    patches.undo()
    assert settings.MAILERS is mailers


def test_earlier_settings_are_replaced() -> None:
    """The back end alone; the port is closed on loopback."""
    settings: Any = SimpleNamespace(EMAIL_BACKEND="x.Y", EMAIL_PORT=1025)
    patches = Patches()
    discard_mail(settings, patches)
    assert settings.EMAIL_BACKEND == BACKEND
    assert mail_ports(settings) == {25, 465, 587, 1025}
    patches.undo()
    assert settings.EMAIL_BACKEND == "x.Y"
