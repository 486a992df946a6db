"""Mail of an isolated run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as project
from django.core import mail
from django.core.mail import EmailMessage, EmailMultiAlternatives

from loadaudit.load.correlation import control_number
from loadaudit.probes.fence.mail import BACKEND, discard_mail, mail_ports
from loadaudit.probes.fence.patches import Patches
from loadaudit.probes.recorder import Recorder, recording


@pytest.fixture
def fenced_mail(tmp_path: Path) -> Iterator[None]:
    """The project's mail as in an isolated run."""
    patches = Patches()
    discard_mail(project, tmp_path, patches)
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
def test_links_are_kept_of_mails_to_the_runs_own_people(tmp_path: Path) -> None:
    """A key in a mail to somebody else may open that account outside of the run, too; the load's mails are too many."""
    alone, loaded = control_number(1), 1
    for number, person in ((alone, "la-1@example.com"), (alone, "ann@example.com"), (loaded, "la-2@example.com")):
        with recording(Recorder(number, 1)):
            text = f"Open https://example.com/reset/{person[:4]}/key/."
            EmailMessage("subject", text, "a@example.com", [person]).send()
    assert [one.read_text() for one in tmp_path.iterdir()] == ["https://example.com/reset/la-1/key/"]


@pytest.mark.usefixtures("fenced_mail")
def test_links_stay_as_they_are_meant(tmp_path: Path) -> None:
    """`&times` is a sign in HTML, and in a plain text the beginning of a name."""
    with recording(Recorder(control_number(1), 1)):
        message = EmailMultiAlternatives(
            "s", "https://example.com/?id=1&timestamp=2", "a@example.com", ["la-1@example.com"]
        )
        message.attach_alternative('<a href="https://example.com/?id=1&amp;key=3">', "text/html")
        message.send()
    (kept,) = (one.read_text().splitlines() for one in tmp_path.iterdir())
    assert kept == ["https://example.com/?id=1&timestamp=2", "https://example.com/?id=1&key=3"]


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
    discard_mail(settings, Path(), patches)
    assert settings.MAILERS == {"default": {"BACKEND": BACKEND}, "bulk": {"BACKEND": BACKEND}}
    patches.undo()
    assert settings.MAILERS is mailers


def test_earlier_settings_are_replaced() -> None:
    """The back end alone; the port is closed on loopback."""
    settings: Any = SimpleNamespace(EMAIL_BACKEND="x.Y", EMAIL_PORT=1025)
    patches = Patches()
    discard_mail(settings, Path(), patches)
    assert settings.EMAIL_BACKEND == BACKEND
    assert mail_ports(settings) == {25, 465, 587, 1025}
    patches.undo()
    assert settings.EMAIL_BACKEND == "x.Y"
