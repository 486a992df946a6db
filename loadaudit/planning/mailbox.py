"""Addresses in the mails that the run's own requests have caused, and the keys in them that nothing else shows."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning.harvest import match_of

ORIGIN = "link in a mail that the run has caused"

_ASKS = re.compile(
    r"reset|forgot|lost|recover|resend|remind|magic|send[-_/]?(password|activation|verif|confirm|link|login|code|otp)",
    re.IGNORECASE,
)
_MOST = 5
"""Addresses of one route that are tried, the newest first."""

_KEY = re.compile(r"(^|_)(key|token|signature|secret|hash)$")
_WHOSE = re.compile(r"^(uid\w*|user|user_id|id|pk)$")
_LOOKS_LIKE_A_KEY = re.compile(r"^(?=.*\d)[\w:=.-]{6,}$")
_WORD = re.compile(r"[a-z]{4,}")


def asks_for_mail(words: str) -> bool:
    """Whether an operation with this route and name writes to an account that is there, and to no other."""
    return _ASKS.search(words) is not None


def names_a_key(names: Iterable[str]) -> bool:
    """Whether one of these names is that of a key, as links in mails carry them."""
    return any(_KEY.search(one) for one in names)


@dataclass(slots=True, kw_only=True)
class Mailbox:
    """Reads what the fence of an isolated run keeps of mails to the run's own people."""

    folder: Path | None
    """None where nothing is kept, as without a clone."""
    index: RouteIndex
    _read: set[str] = field(default_factory=set)
    _found: dict[str, list[str]] = field(default_factory=dict)
    _links: list[str] = field(default_factory=list)
    """All of them, the newest first."""

    def addresses(self, route: str) -> list[str]:
        """Return addresses of a route, those of the newest mails first."""
        self._take_new()
        return self._found.get(route, [])[:_MOST]

    def values(self, names: Iterable[str], words: str) -> Mapping[str, str]:
        """Return what a mail's link has for the fields of a body, of which one is its key; mostly nothing.

        Links lead to pages of another program, which sends their keys on to the API. Of several mails the one counts
        whose link shares most words with the operation's route and name.
        """
        wanted = set(names)
        if not names_a_key(wanted):
            return {}
        self._take_new()
        found = [(link, self._of_link(link, wanted)) for link in self._links]
        known = [(link, one) for link, one in found if any(_KEY.search(name) for name in one)]
        about = set(_WORD.findall(words.lower()))
        return max(known, key=lambda one: len(about & set(_WORD.findall(one[0].lower()))), default=("", {}))[1]

    def _of_link(self, link: str, names: set[str]) -> dict[str, str]:
        """Return the values that a link has for these names: by its query, by its route, else by its last parts."""
        parts = urlsplit(link)
        place, _, query = parts.fragment.partition("?")
        named: dict[str, object] = {
            **match_of(parts.path, self.index)[1],
            **dict(parse_qsl(parts.query)),
            **dict(parse_qsl(query)),
        }
        found = {name: str(value) for name, value in named.items() if name in names}
        # A page and an API of the same project call the same key otherwise.
        for pattern in (_KEY, _WHOSE):
            ours, theirs = ([name for name in held if pattern.search(name)] for held in (names, named))
            if len(ours) == len(theirs) == 1:
                found.setdefault(ours[0], str(named[theirs[0]]))
        ends = [one for one in f"{parts.path}/{place}".split("/") if one]
        if any(_KEY.search(name) for name in found) or not ends or not _LOOKS_LIKE_A_KEY.match(ends[-1]):
            return found
        found |= {name: ends[-1] for name in names if _KEY.search(name)}
        return found | ({name: ends[-2] for name in names if _WHOSE.match(name)} if len(ends) > 1 else {})

    def _take_new(self) -> None:
        if self.folder is None or not self.folder.is_dir():
            return
        new = [one for one in self.folder.glob("*.links") if one.name not in self._read]
        for one in sorted(new, key=lambda one: one.stat().st_mtime_ns):
            self._read.add(one.name)
            for link in one.read_text(errors="replace").splitlines():
                parts = urlsplit(link)
                self._links.insert(0, link)
                # Mails name the site by whatever name it was given, which need not be that of the run's server.
                if route := match_of(parts.path, self.index)[0]:
                    known = self._found.setdefault(route, [])
                    known.insert(0, parts.path + (f"?{parts.query}" if parts.query else ""))
