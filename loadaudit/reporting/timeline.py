"""The course of the load as the bars of a small SVG chart."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from loadaudit.analysis.result import TimeBucket
from loadaudit.reporting import units

WIDTH = 960
HEIGHT = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One stretch: proven successes below, other requests on top, in units of the view box."""

    x: str
    width: str
    success_y: str
    success_height: str
    other_y: str
    other_height: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What the template draws."""

    bars: tuple[Bar, ...]
    top: str
    """What the full height stands for."""
    end: str
    width: int = WIDTH
    height: int = HEIGHT


def chart(timeline: Sequence[TimeBucket]) -> Chart | None:
    """Return the bars of all stretches, or None when nothing was sent."""
    if not timeline:
        return None
    most = max(bucket.requests for bucket in timeline)
    length_s = timeline[0].length_s
    return Chart(
        bars=tuple(_bar(index, bucket, len(timeline), most) for index, bucket in enumerate(timeline)),
        top=units.rate(most / length_s),
        end=units.duration((timeline[-1].start_s + length_s) * 1e9),
    )


def _bar(index: int, bucket: TimeBucket, n: int, most: int) -> Bar:
    step = WIDTH / n
    success = HEIGHT * bucket.successes / most
    other = HEIGHT * (bucket.requests - bucket.successes) / most
    title = _("%(start)s: %(requests)s requests, %(successes)s proven successes, slowest %(slowest)s") % {
        "start": units.duration(bucket.start_s * 1e9),
        "requests": units.count(bucket.requests),
        "successes": units.count(bucket.successes),
        "slowest": units.duration(bucket.max_latency_ns) if bucket.max_latency_ns else units.NONE,
    }
    return Bar(
        x=f"{index * step:.2f}",
        width=f"{max(step - min(1.5, step / 4), 0.5):.2f}",
        success_y=f"{HEIGHT - success:.2f}",
        success_height=f"{success:.2f}",
        other_y=f"{HEIGHT - success - other:.2f}",
        other_height=f"{other:.2f}",
        title=title,
    )
