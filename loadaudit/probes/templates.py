"""Counts and times the rendering of templates, Django's and Jinja's."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from django.template.base import Template

from loadaudit.probes.patching import Patches
from loadaudit.probes.recorder import SpanKind, current


class TemplateProbe:
    """Wraps the rendering of templates. `install` and `restore` are exact and idempotent."""

    def __init__(self) -> None:
        self._patches = Patches()

    def install(self) -> None:
        """Patch Django's templates, and Jinja's where it is installed; a second call does nothing."""
        if self._patches:
            return
        self._patches.wrap(Template, "render", _observed)
        if find_spec("jinja2") is not None:
            from django.template.backends.jinja2 import Template as JinjaTemplate

            self._patches.wrap(JinjaTemplate, "render", _observed)

    def restore(self) -> None:
        """Put back what `install` found; a second call does nothing."""
        self._patches.restore()


def _observed(original: Callable[..., Any]) -> Callable[..., Any]:
    def render(self: Any, *args: Any, **kwargs: Any) -> Any:
        recorder = current()
        if recorder is None:
            return original(self, *args, **kwargs)
        recorder.templates += 1
        if recorder.rendering:
            return original(self, *args, **kwargs)
        recorder.rendering = True
        try:
            return recorder.span(SpanKind.TEMPLATE, original, self, *args, **kwargs)
        finally:
            recorder.rendering = False

    return render
