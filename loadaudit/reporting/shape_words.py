"""The shape of a load in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loadaudit.records import Arriving, Ramp, Shape
from loadaudit.reporting import units


def shape_text(shape: Shape) -> str:
    """Return how requests are spread over time, or empty for virtual users in a loop."""
    parts = []
    if shape.rate is not None:
        rate = _ramp(shape.rate, _("%(level)s requests/s"))
        kind = _("at random") if shape.arriving is Arriving.POISSON else _("evenly")
        parts.append(_("%(rate)s, %(kind)s") % {"rate": rate, "kind": kind})
    elif shape.users is not None:
        parts.append(_ramp(shape.users, _("%(level)s users")))
    if shape.iterations is not None:
        text = ngettext("ends after %(count)s request", "ends after %(count)s requests", shape.iterations)
        parts.append(text % {"count": units.count(shape.iterations)})
    if shape.warm_up_s:
        parts.append(_("%(time)s of warming up before") % {"time": units.duration(shape.warm_up_s * 1e9)})
    return "; ".join(parts)


def _ramp(ramp: Ramp, words: str) -> str:
    targets = []
    for stage in ramp.stages:
        text = words % {"level": f"{stage.target:g}"}
        if stage.duration_s is not None:
            time = units.duration(stage.duration_s * 1e9)
            text = _("in %(time)s to %(level)s") % {"time": time, "level": text}
        targets.append(text)
    return ", ".join(targets)
