"""Notices when a request logs somebody out, or fails to log somebody in."""

from typing import Any

from django.contrib.auth.signals import user_logged_out, user_login_failed

from loadaudit.probes.recorder import current


class AccountProbe:
    """Listens to Django's own signals. `install` and `restore` are exact and idempotent."""

    def install(self) -> None:
        """Connect; a second call does nothing."""
        user_logged_out.connect(_left, dispatch_uid=__name__)
        user_login_failed.connect(_refused, dispatch_uid=__name__)

    def restore(self) -> None:
        """Disconnect; a second call does nothing."""
        user_logged_out.disconnect(dispatch_uid=__name__)
        user_login_failed.disconnect(dispatch_uid=__name__)


def _left(user: Any = None, **kwargs: Any) -> None:
    recorder = current()
    # `logout()` is also called for those who never were logged in.
    if recorder is not None and user is not None:
        recorder.logged_out = True


def _refused(**kwargs: Any) -> None:
    recorder = current()
    if recorder is not None:
        recorder.login_failed = True
