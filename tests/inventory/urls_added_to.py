"""Functions that add patterns to a URLconf of another module."""

import sys
from importlib import import_module

from django.urls import get_resolver, path

from tests.inventory import test_later
from tests.inventory.test_later import view as page


def by_module() -> None:
    """Through the module."""
    test_later.urlpatterns.append(path("by-module/", page))


def by_import() -> None:
    """Through a name that is imported when it runs."""
    from tests.inventory.test_later import urlpatterns

    urlpatterns += [path("by-import/", page)]


def by_its_name(name: str) -> None:
    """Through what the name of a module leads to."""
    urlconf = import_module(name)
    urlconf.urlpatterns.insert(0, path("by-name/", page))


class Registry:
    """Adds as well, and has a list of its own."""

    def __init__(self) -> None:
        """Hold what is handed over."""
        self.urlpatterns = [path("own/", page)]

    def add(self) -> None:
        """To its own list, which is no URLconf's."""
        self.urlpatterns.append(path("own/more/", page))

    def add_to_all(self) -> None:
        """To what the resolver holds."""
        get_resolver().url_patterns.extend(self.urlpatterns)
        sys.modules["tests.inventory.test_later"].urlpatterns.extend(self.urlpatterns)


def local_list() -> list[object]:
    """Make a list of that name."""
    urlpatterns: list[object] = []
    urlpatterns.append(path("local/", page))
    return urlpatterns
