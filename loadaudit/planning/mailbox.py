"""Addresses in the mails that the run's own requests have caused: keys that nothing else shows."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning.harvest import match_of

ORIGIN = "link in a mail that the run has caused"

_ASKS = re.compile(r"reset|forgot|lost|recover|resend|remind|magic", re.IGNORECASE)
_MOST = 5
"""Addresses of one route that are tried, the newest first."""


def asks_for_mail(words: str) -> bool:
    """Whether an operation with this route and name writes to an account that is there, and to no other."""
    return _ASKS.search(words) is not None


@dataclass(slots=True, kw_only=True)
class Mailbox:
    """Reads what the fence of an isolated run keeps of mails to the run's own people."""

    folder: Path | None
    """None where nothing is kept, as without a clone."""
    index: RouteIndex
    _read: set[str] = field(default_factory=set)
    _found: dict[str, list[str]] = field(default_factory=dict)

    def addresses(self, route: str) -> list[str]:
        """Return addresses of a route, those of the newest mails first."""
        self._take_new()
        return self._found.get(route, [])[:_MOST]

    def _take_new(self) -> None:
        if self.folder is None or not self.folder.is_dir():
            return
        new = [one for one in self.folder.glob("*.links") if one.name not in self._read]
        for one in sorted(new, key=lambda one: one.stat().st_mtime_ns):
            self._read.add(one.name)
            for link in one.read_text(errors="replace").splitlines():
                parts = urlsplit(link)
                # Mails name the site by whatever name it was given, which need not be that of the run's server.
                if route := match_of(parts.path, self.index)[0]:
                    known = self._found.setdefault(route, [])
                    known.insert(0, parts.path + (f"?{parts.query}" if parts.query else ""))
