"""The texts of one kind of finding."""

from dataclasses import dataclass

from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The texts of one kind of finding; they refer to values as `%(name)s`."""

    title: Text
    claim: Text
    cause: Text
    """Shown when the data proves it."""
    action: Text
    single: Text = ""
    """The claim about one request, where it needs another grammar."""
