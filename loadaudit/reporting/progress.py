"""What is going on during a run: a live line on a terminal, a plain line every few seconds elsewhere."""

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Protocol, Self

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rich.console import Console
from rich.live import Live
from rich.text import Text

from loadaudit.records import LoginAttempt, Plan, Sample, Trace
from loadaudit.reporting.live import LiveLoad

PLAIN_INTERVAL_S = 5.0
LIVE_INTERVAL_S = 0.5


class Progress(Protocol):
    """An observer of a run that is also a context manager."""

    def __enter__(self) -> Self:
        """Begin to show."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the screen tidy."""

    def phase(self, text: str) -> None:
        """A part of the run began."""

    def note(self, text: str) -> None:
        """Something happened that the operator should know now."""

    def logged_in(self, attempt: LoginAttempt) -> None:
        """A virtual user's login ended."""

    def load_begins(self, categories: Mapping[str, str], plan: Plan) -> None:
        """The load begins; `categories` are those of the operations, by id."""

    def arrived(self, samples: tuple[Sample, ...], traces: list[Trace]) -> None:
        """Samples and traces came in."""

    def step(self, done: int, total: int) -> None:
        """So many of the operations of this part have been tried."""

    def tick(self, elapsed_s: float, limit_s: float | None) -> None:
        """The load goes on; `limit_s` is when it ends at the latest, None when nobody knows."""


class Tally:
    """Counts what the progress line says."""

    def __init__(self) -> None:
        self.requests = 0
        self.failures = 0
        self.queries = 0
        self.traces = 0
        self.logins = 0

    def add(self, samples: tuple[Sample, ...], traces: list[Trace]) -> None:
        """Count samples and traces; a failure here is no answer or a status of 400 and above."""
        self.requests += len(samples)
        self.failures += sum(1 for sample in samples if sample.status == 0 or sample.status >= 400)
        self.traces += len(traces)
        self.queries += sum(trace.sql_count for trace in traces)

    def line(self, elapsed_s: float, limit_s: float | None) -> str:
        """Return the progress line."""
        rate = self.requests / elapsed_s if elapsed_s > 0 else 0.0
        seconds = f"{elapsed_s:4.0f}"
        limited = _("%(seconds)s of at most %(limit)s s") % {"seconds": seconds, "limit": f"{limit_s or 0:.0f}"}
        requests = ngettext("%(count)s request", "%(count)s requests", self.requests) % {"count": f"{self.requests:,}"}
        parts = [
            f"{seconds} s" if limit_s is None else limited,
            f"{requests} ({rate:.0f}/s)",
            _("%(count)s failed") % {"count": f"{self.failures:,}"},
        ]
        if self.traces:
            parts.append(_("%(count)s queries per request") % {"count": f"{self.queries / self.traces:.1f}"})
        return " · ".join(parts)


def _tried(done: int, total: int) -> str:
    text = ngettext("%(done)s of %(total)s operation tried", "%(done)s of %(total)s operations tried", total)
    return text % {"done": f"{done:,}", "total": f"{total:,}"}


class PlainProgress:
    """Writes lines; for logs and CI."""

    def __init__(
        self, write: Callable[[str], object], *, verbosity: int, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._write = write
        self._verbosity = verbosity
        self._clock_s = clock_s
        self._tally = Tally()
        self._next_s = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to tidy."""

    def phase(self, text: str) -> None:
        """Write the name of the part that began."""
        if self._verbosity > 0:
            self._write(text)

    def note(self, text: str) -> None:
        """Write a note at verbosity 2; the report has them all."""
        if self._verbosity > 1:
            self._write(f"  {text}")

    def logged_in(self, attempt: LoginAttempt) -> None:
        """Write a login that failed, and at verbosity 2 every one."""
        self._tally.logins += 1
        if not attempt.proven and self._verbosity > 0:
            text = _("login of virtual user %(vu)s as %(role)s failed: %(detail)s")
        elif self._verbosity > 1:
            text = _("virtual user %(vu)s as %(role)s: %(detail)s")
        else:
            return
        self._write(f"  {text}" % {"vu": attempt.vu, "role": attempt.role, "detail": attempt.detail})

    def load_begins(self, categories: Mapping[str, str], plan: Plan) -> None:
        """Lines have no room for categories."""

    def arrived(self, samples: tuple[Sample, ...], traces: list[Trace]) -> None:
        """Count."""
        self._tally.add(samples, traces)

    def step(self, done: int, total: int) -> None:
        """Write a line every few seconds."""
        self._now_and_then(_tried(done, total))

    def tick(self, elapsed_s: float, limit_s: float | None) -> None:
        """Write a line every few seconds."""
        self._now_and_then(self._tally.line(elapsed_s, limit_s))

    def _now_and_then(self, text: str) -> None:
        if self._verbosity > 0 and self._clock_s() >= self._next_s:
            self._next_s = self._clock_s() + PLAIN_INTERVAL_S
            self._write(f"  {text}")


class LiveProgress(PlainProgress):
    """Keeps a line, and during the load a table, up to date on a terminal."""

    def __init__(self, console: Console, *, verbosity: int) -> None:
        super().__init__(lambda text: console.print(Text(text, style="dim")), verbosity=verbosity)
        self._console = console
        self._live = Live(console=console, refresh_per_second=4, transient=True)
        self._load: LiveLoad | None = None
        self._drawn_s = 0.0

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def logged_in(self, attempt: LoginAttempt) -> None:
        """Show how many have logged in."""
        super().logged_in(attempt)
        self._live.update(Text(f"  {self._tally.logins} logins"))

    def step(self, done: int, total: int) -> None:
        """Show how many were tried; nothing more once all were."""
        self._live.update(Text(f"  {_tried(done, total)}" if done < total else ""))

    def tick(self, elapsed_s: float, limit_s: float | None) -> None:
        """Draw the table anew, now and then: events come faster than anybody reads."""
        if self._load is not None and self._clock_s() - self._drawn_s >= LIVE_INTERVAL_S:
            self._drawn_s = self._clock_s()
            self._live.update(self._load.draw(elapsed_s, limit_s, self._console.width))

    def load_begins(self, categories: Mapping[str, str], plan: Plan) -> None:
        """Begin the table."""
        self._load = LiveLoad(categories, plan)

    def arrived(self, samples: tuple[Sample, ...], traces: list[Trace]) -> None:
        """Count."""
        super().arrived(samples, traces)
        if self._load is not None:
            self._load.add(samples, traces)

    def phase(self, text: str) -> None:
        """Write the name of the part that began; the table was of the one before."""
        self._live.update(Text(""))
        super().phase(text)
