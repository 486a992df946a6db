"""The command that makes a run again under the same conditions, as far as its file tells them."""

import shlex
from collections.abc import Iterator

from loadaudit.analysis.result import Analysis
from loadaudit.records import Arriving, Plan, Ramp

EMBEDDED = "embedded"
"""The target of a run that brings its own server."""


def run_command(analysis: Analysis, label: str) -> str:
    """Return `manage.py loadaudit run` with the options that decide about the load."""
    return shlex.join(["manage.py", "loadaudit", "run", "--label", label, *_options(analysis)])


def _options(analysis: Analysis) -> Iterator[str]:
    info, plan = analysis.info, analysis.plan
    if plan is not None and plan.sender:
        yield from ("--locustfile", plan.sender)
    staged = plan is not None and plan.shape.users is not None
    if not staged:
        yield from ("--users", str(info.users))
    yield from ("--seed", str(info.seed))
    if plan is not None:
        yield from _of_shape(plan)
    if info.target != EMBEDDED:
        yield from ("--target", info.target)


def _of_shape(plan: Plan) -> Iterator[str]:
    shape = plan.shape
    staged = False
    if shape.rate is not None and shape.rate.duration_s is None:
        yield from ("--rate", f"{shape.rate.highest:g}")
    elif (ramp := shape.rate or shape.users) is not None:
        staged = True
        yield from ("--stages", _stages(ramp, "/s" if shape.rate is not None else ""))
    if shape.arriving is not Arriving.CONSTANT:
        yield from ("--arrivals", shape.arriving.value)
    if shape.iterations is not None:
        yield from ("--iterations", str(shape.iterations))
    if shape.warm_up_s:
        yield from ("--warm-up", f"{shape.warm_up_s:g}s")
    if plan.duration_s is not None and not staged:
        yield from ("--duration", f"{plan.duration_s:g}s")


def _stages(ramp: Ramp, unit: str) -> str:
    return ",".join(f"{one.duration_s or 0:g}s:{one.target:g}{unit}" for one in ramp.stages)
