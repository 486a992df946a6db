"""What answers an address, as Django finds it."""

from urllib.parse import unquote

from django.urls import ResolverMatch, resolve


def match_at(path: str) -> ResolverMatch:
    """Return what an address leads to, which may be quoted and have a query. Raises Resolver404 where that is nothing.

    Converters are the project's own code and may raise anything.
    """
    return resolve(unquote(path.partition("?")[0]))
