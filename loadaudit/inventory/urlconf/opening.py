"""URLconfs opened for reading: walked as they stand, around an include that is broken, or refused with the cause."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from django.conf import settings

from loadaudit.errors import UsageError, named
from loadaudit.inventory.urlconf.failures import where_raised
from loadaudit.inventory.urlconf.holes import holes_instead_of_errors
from loadaudit.inventory.urlconf.routes import mark_of
from loadaudit.inventory.urlconf.walk import Walk, walk

_WRITTEN = re.compile(r"(?:(?P<host>[\w.*-]+(?::\d+)?)=)?(?P<module>[^\W\d]\w*(?:\.[^\W\d]\w*)*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Urlconf:
    """A URLconf that requests may be given instead of ROOT_URLCONF, by `request.urlconf` or for a host."""

    module: str
    host: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One URLconf, walked."""

    urlconf: Urlconf
    walked: Walk
    is_main: bool
    """The first one: its routes carry no mark."""

    @property
    def mark(self) -> str:
        """What its routes end in, so that equal routes of two URLconfs stay apart."""
        return "" if self.is_main else mark_of(self.urlconf.module)


def read_urlconf(text: str) -> Urlconf:
    """Return what `shop.urls` or `api.example.com=api.urls` says. Raises UsageError for anything else."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            f"--urlconf must be a module or a host and a module, found {text!r}.",
            hint="For example: --urlconf shop.urls --urlconf api.example.com=api.urls",
        )
    return Urlconf(module=found["module"], host=(found["host"] or "").lower())


def read_urlconfs(texts: Iterable[str]) -> tuple[Urlconf, ...]:
    """Return the URLconfs, each module once; of one that answers on several hosts, all of them."""
    hosts: dict[str, dict[str, None]] = {}
    for one in map(read_urlconf, texts):
        hosts.setdefault(one.module, {})[one.host] = None
    return tuple(Urlconf(module=module, host=" ".join(filter(None, found))) for module, found in hosts.items())


def walk_or_explain(urlconf: str | None) -> Walk:
    """Walk the URLconf; whatever its import raises becomes a UsageError with file, line and cause."""
    name = _name(urlconf)
    try:
        return walk(urlconf)
    except Exception as error:
        raise _explained(name, error, is_root=urlconf is None) from error


@contextmanager
def opened(urlconf: str | None, others: Sequence[Urlconf] = (), host: str = "") -> Iterator[tuple[Opened, ...]]:
    """Walk `urlconf` (default: ROOT_URLCONF) and `others`; an include that cannot be imported becomes a problem.

    What the walks hold is complete only inside the context. Raises UsageError when a URLconf itself is broken.
    """
    with ExitStack() as stack:
        name = str(_name(urlconf))
        main = Opened(urlconf=Urlconf(module=name, host=host), walked=_walk(urlconf, stack), is_main=True)
        rest = [Opened(urlconf=one, walked=_walk(one.module, stack), is_main=False) for one in others]
        yield (main, *rest)


def _walk(urlconf: str | None, stack: ExitStack) -> Walk:
    try:
        return walk_or_explain(urlconf)
    except UsageError:
        with ExitStack() as retry:
            retry.enter_context(holes_instead_of_errors())
            try:
                walked = walk(urlconf)
            except Exception:
                walked = None
            if walked is None or not walked.has_holes:
                raise
            stack.push(retry.pop_all())
        return walked


def _name(urlconf: str | None) -> object:
    name = urlconf or getattr(settings, "ROOT_URLCONF", None)
    if not name:
        raise UsageError(
            "There is no URLconf: settings.ROOT_URLCONF is not set.",
            hint="Set ROOT_URLCONF to the module that holds urlpatterns.",
        )
    return name


def _explained(name: object, error: Exception, *, is_root: bool) -> UsageError:
    file, line = where_raised(error)
    place = f" ({file}:{line})" if file else " (settings.ROOT_URLCONF names it)" if is_root else ""
    return UsageError(
        f"The URLconf {name!r} cannot be imported: {named(error)}{place}",
        hint=f"Correct it and try again: python -c 'import {name}' shows the whole traceback."
        if isinstance(name, str)
        else "Correct it and try again.",
    )
