"""A URLconf of which one include cannot be imported, read around the hole: Django itself refuses all of it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import FrameType, ModuleType
from typing import Any

from django.urls import clear_url_caches, conf


class Hole(ModuleType):
    """Stands for an included module that cannot be imported."""

    urlpatterns: tuple[Any, ...] = ()

    def __init__(self, name: str, error: BaseException) -> None:
        super().__init__(name)
        # include() wants an app_name wherever a namespace is given.
        self.app_name = name
        self.error = error


@contextmanager
def holes_instead_of_errors() -> Iterator[None]:
    """Let `include("module")` go on where the module cannot be imported, which imports nothing more than Django does.

    At the end the modules with a hole in them are forgotten, so that the next import fails as it must.
    """
    before = frozenset(sys.modules)
    holed: set[str] = set()

    def tolerant_import(name: str, package: str | None = None) -> ModuleType:
        try:
            return import_module(name, package)
        except Exception as error:
            holed.update(_being_imported(sys._getframe(1)))
            return Hole(name, error)

    original = conf.import_module  # type: ignore[attr-defined]
    conf.import_module = tolerant_import  # type: ignore[attr-defined]
    clear_url_caches()
    try:
        yield
    finally:
        conf.import_module = original  # type: ignore[attr-defined]
        clear_url_caches()
        for name in holed - before:
            sys.modules.pop(name, None)


def _being_imported(frame: FrameType | None) -> Iterator[str]:
    while frame is not None:
        if frame.f_code.co_name == "<module>":
            yield str(frame.f_globals.get("__name__", ""))
        frame = frame.f_back
