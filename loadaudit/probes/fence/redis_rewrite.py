"""Rewrites Redis commands so that every key is one of the run's, and the replies so that nobody notices."""

from collections.abc import Callable, Sequence
from typing import Any

from loadaudit.probes.fence.redis_commands import (
    KEYED_SUBCOMMANDS,
    KEYLESS,
    NUMBERED,
    POSITIONS,
    SUBCOMMANDS,
)
from loadaudit.probes.fence.redis_scripts import UNKNOWN_SHA, ScriptBook

Encode = Callable[[Any], Any]
Words = list[Any]


class Refused(Exception):
    """A command that would reach beyond the keys of the run."""

    def __init__(self, command: str, message: str) -> None:
        super().__init__(message)
        self.command = command


class UnknownScript(Exception):
    """A script that this process has not sent; the client has to send it."""


class Rewriter:
    """Puts the prefix before every key of a command, and takes it off every reply."""

    def __init__(self, prefix: str) -> None:
        self._bytes = prefix.encode()
        self._text = prefix
        self._scripts = ScriptBook()
        self._special: dict[str, Callable[[Words, Encode], None]] = {
            "GEORADIUS": self._with_store,
            "GEORADIUSBYMEMBER": self._with_store,
            "KEYS": self._pattern,
            "MSETEX": self._msetex,
            "PUBSUB": self._pubsub,
            "SCAN": self._scan,
            "SCRIPT": self._script,
            "SELECT": self._unchanged,
            "SORT": self._sort,
            "SORT_RO": self._sort,
            "XREAD": self._streams,
            "XREADGROUP": self._streams,
        }

    def command(self, args: Sequence[Any], encode: Encode) -> Sequence[Any]:
        """Return the arguments with prefixed keys. Raises Refused or UnknownScript."""
        words = _split(args)
        name = _upper(words[0])
        place = POSITIONS.get(name)
        if place is not None:
            if name == "COPY" and any(_upper(word) == "DB" for word in words[3:]):
                raise _refusal("COPY … DB")
            self._prefix(words, _span(len(words), *place), encode)
        elif name in NUMBERED:
            self._numbered(name, words, encode)
        elif name in self._special:
            self._special[name](words, encode)
        elif not self._subcommand(name, words, encode) and name not in KEYLESS:
            raise _refusal(f"{name} {_upper(words[1])}" if name in SUBCOMMANDS and len(words) > 1 else name)
        return words

    def reply(self, value: Any) -> Any:
        """Return a reply without the prefix of keys and channels in it; a value never begins with it by chance."""
        kind = type(value)
        if kind is bytes:
            return value[len(self._bytes) :] if value.startswith(self._bytes) else value
        if kind is str:
            return value[len(self._text) :] if value.startswith(self._text) else value
        if kind is list:
            return [self.reply(one) for one in value]
        if kind is dict:
            return {self.reply(key): self.reply(one) for key, one in value.items()}
        if kind is set:
            return {self.reply(one) for one in value}
        if isinstance(value, list):
            # hiredis marks what the server pushes by a type of its own, which has to stay.
            value[:] = [self.reply(one) for one in value]
        return value

    def names_key(self, args: Sequence[Any]) -> bool:
        """Whether the command may leave a key behind, so that its server has to be remembered."""
        name = _upper(_split(args)[0])
        return name not in KEYLESS and name not in SUBCOMMANDS and name not in ("SELECT", "SCAN", "KEYS")

    def _prefix(self, words: Words, positions: Sequence[int], encode: Encode) -> None:
        for position in positions:
            words[position] = self._bytes + bytes(encode(words[position]))

    def _numbered(self, name: str, words: Words, encode: Encode) -> None:
        position, extra = NUMBERED[name]
        if len(words) <= position:
            return
        count = int(encode(words[position]))
        if extra:
            self._prefix(words, [extra], encode)
        self._prefix(words, range(position + 1, min(position + 1 + count, len(words))), encode)
        if name.startswith("EVAL"):
            script = bytes(encode(words[1]))
            words[1] = self._known(script) if "SHA" in name else self._scripts.checked(script)
            words.append(self._bytes)

    def _known(self, sha: bytes) -> bytes:
        known = self._scripts.sha(sha)
        if known is None:
            raise UnknownScript("NOSCRIPT No matching script. Please use EVAL.")
        return known

    def _subcommand(self, name: str, words: Words, encode: Encode) -> bool:
        """Prefix the key of a subcommand, if it has one; return whether it is allowed."""
        sub = _upper(words[1]) if len(words) > 1 else ""
        if sub == "HELP" and (name in SUBCOMMANDS or name in KEYED_SUBCOMMANDS):
            return True
        if sub in KEYED_SUBCOMMANDS.get(name, ()):
            self._prefix(words, range(2, min(3, len(words))), encode)
            return True
        return sub in SUBCOMMANDS.get(name, ())

    def _with_store(self, words: Words, encode: Encode) -> None:
        stores = [at + 1 for at in range(4, len(words) - 1) if _upper(words[at]) in ("STORE", "STOREDIST")]
        self._prefix(words, [1, *stores], encode)

    def _pattern(self, words: Words, encode: Encode) -> None:
        self._prefix(words, range(1, len(words)), encode)

    def _msetex(self, words: Words, encode: Encode) -> None:
        self._prefix(words, range(2, min(2 + 2 * int(encode(words[1])), len(words)), 2), encode)

    def _pubsub(self, words: Words, encode: Encode) -> None:
        sub = _upper(words[1]) if len(words) > 1 else ""
        if sub in ("CHANNELS", "SHARDCHANNELS") and len(words) == 2:
            words.append(b"*")
        if sub not in ("HELP", "NUMPAT"):
            self._prefix(words, range(2, len(words)), encode)

    def _scan(self, words: Words, encode: Encode) -> None:
        for position in range(2, len(words) - 1):
            if _upper(words[position]) == "MATCH":
                self._prefix(words, [position + 1], encode)
                return
        words += [b"MATCH", self._bytes + b"*"]

    def _script(self, words: Words, encode: Encode) -> None:
        sub = _upper(words[1]) if len(words) > 1 else ""
        if sub == "LOAD":
            words[2:] = [self._scripts.checked(bytes(encode(word))) for word in words[2:]]
        elif sub in ("EXISTS", "SHOW"):
            words[2:] = [self._scripts.sha(bytes(encode(word))) or UNKNOWN_SHA for word in words[2:]]
        elif sub != "HELP":
            raise _refusal(f"SCRIPT {sub}")

    def _sort(self, words: Words, encode: Encode) -> None:
        positions = [1]
        for position in range(2, len(words) - 1):
            option, value = _upper(words[position]), bytes(encode(words[position + 1]))
            # A pattern without a star names no key: BY nosort, GET #.
            if option == "STORE" or (option in ("BY", "GET") and b"*" in value):
                positions.append(position + 1)
        self._prefix(words, positions, encode)

    def _streams(self, words: Words, encode: Encode) -> None:
        begin = next((at + 1 for at, word in enumerate(words) if at and _upper(word) == "STREAMS"), len(words))
        self._prefix(words, range(begin, begin + (len(words) - begin) // 2), encode)

    def _unchanged(self, words: Words, encode: Encode) -> None:
        """Let it pass; the connection looks at it."""


def _split(args: Sequence[Any]) -> Words:
    """Return the words of a command; clients may write two words as the first, such as `CONFIG GET`."""
    first = args[0]
    if isinstance(first, str):
        return [*first.split(), *args[1:]] if " " in first else list(args)
    return [*first.split(), *args[1:]] if b" " in first else list(args)


def _upper(word: Any) -> str:
    if isinstance(word, str):
        return word.upper()
    return word.decode("latin-1").upper() if isinstance(word, bytes) else ""


def _span(count: int, first: int, last: int, step: int) -> range:
    return range(first, (last if last >= 0 else count + last) + 1, step) if count > first else range(0)


def _refusal(what: str) -> Refused:
    return Refused(
        what,
        f"loadaudit refused the Redis command {what}: an isolated run may touch its own keys only, and this command "
        "reaches beyond them. To run it for real: --no-isolate.",
    )
