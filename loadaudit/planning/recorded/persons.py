"""Takes persons out of the longer texts of recorded requests: telephones, and names that the tests' users have."""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from loadaudit.planning.recorded.redaction import MADE, MARK, is_personal

_PHONE = re.compile(
    r"(?<![\w-])\(\d{2,5}\) ?\d[\d -]{4,12}\d(?!\w)|(?<![\w-])\d{3}-\d{3}-\d{4}(?![\w-])"
    r"|(?i:(?<=\bcall )|(?<=\bphone )|(?<=\btel )|(?<=\btel\. )|(?<=\btel: )|(?<=\bphone: )|(?<=\bmobile )"
    r"|(?<=\bmobile: )|(?<=\bfax )|(?<=\bfax: )|(?<=\bring ))\d[\d ()/-]{5,14}\d(?!\w)"
)
"""As people write them in a sentence; what begins with a country's code has a shape of its own."""

_NO_NAMES = frozenset({"test", "tests", "user", "users", "admin", "root", "staff", "name", "none", "true", "false"})
"""Names of accounts that are words of any text."""

_ATTRIBUTES = ("username", "email", "first_name", "last_name", "name", "full_name", "display_name", "nickname")
_ENDING = ".names"
_SHORTEST = 3
_MOST = 500


def append_line(path: Path, line: str) -> None:
    """Add a line to a file of this process's own, which nobody else may read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as lines:
        lines.write(line + "\n")


class Persons:
    """What is known of the persons in a project's tests, from the users that send and from what is sent.

    With a folder each name is also kept there until what all processes have recorded is put together: a text may have
    it before anything tells whose name it is.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._names: dict[str, None] = {}
        self._pattern: re.Pattern[str] | None = None

    @classmethod
    def of_all(cls, folder: Path) -> "Persons":
        """Return what every process has learned that recorded into a folder."""
        found = cls()
        for path in sorted(folder.glob(f"*{_ENDING}")):
            # The last line may be of a process that was killed while it wrote.
            found._add(path.read_text(encoding="utf-8", errors="replace").splitlines())
        return found

    def learn_user(self, request: Any) -> None:
        """Learn the names of the user of a request, where the view has looked for it: nothing is asked of a database.

        A query of ours would count in a test that counts them.
        """
        user = getattr(request, "_force_auth_user", None) or getattr(request, "_cached_user", None)
        held = getattr(user, "__dict__", {})
        known = [held[name] for name in _ATTRIBUTES if isinstance(held.get(name), str)]
        whole = f"{held.get('first_name') or ''} {held.get('last_name') or ''}".strip()
        self._add([*known, whole])

    def learn_sent(self, values: Any, name: str = "") -> None:
        """Learn what stands under the names of personal values."""
        if isinstance(values, Mapping):
            for key, value in values.items():
                self.learn_sent(value, str(key))
        elif isinstance(values, (list, tuple)):
            for value in values:
                self.learn_sent(value, name)
        elif isinstance(values, str) and is_personal(name):
            self._add([values])

    def without(self, value: Any) -> Any:
        """Return a value whose longer texts have marks instead of telephones and names."""
        if isinstance(value, Mapping):
            return {key: self.without(entry) for key, entry in value.items()}
        if isinstance(value, list):
            return [self.without(entry) for entry in value]
        if not isinstance(value, str) or " " not in value.strip() or MARK.fullmatch(value):
            return value
        text = _PHONE.sub(MADE, value)
        return self._of_names().sub(MADE, text) if self._names else text

    def _add(self, names: Iterable[str]) -> None:
        for name in names:
            is_one = len(name) >= _SHORTEST and not name.isdigit() and name.lower() not in _NO_NAMES
            if is_one and len(self._names) < _MOST and name not in self._names and name.isprintable():
                self._names[name] = None
                self._pattern = None
                if self._folder is not None:
                    append_line(self._folder / f"{os.getpid()}{_ENDING}", name)

    def _of_names(self) -> re.Pattern[str]:
        if self._pattern is None:
            # The whole name before its first part.
            names = sorted(self._names, key=len, reverse=True)
            self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)")
        return self._pattern
