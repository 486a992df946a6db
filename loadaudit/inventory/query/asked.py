"""The query parameters of an operation, and how they are known."""

import types

from loadaudit.inventory.bodies.quiet import quietly
from loadaudit.inventory.query.declared import of_class, of_path_view
from loadaudit.inventory.query.reading import QUERIES, read_query
from loadaudit.inventory.source.guards import layers_of_method
from loadaudit.inventory.source.trees import mentioned
from loadaudit.inventory.source.unwrap import Unwrapped, plain_function
from loadaudit.inventory.source.ways import is_frameworks, names_with_helpers, own_ways
from loadaudit.records import BodyField, Evidence

NO_QUERY: tuple[tuple[BodyField, ...], Evidence] = ((), Evidence.ASSUMED)


def query_of(view: Unwrapped, method: str) -> tuple[tuple[BodyField, ...], Evidence]:
    """Return what a GET reads from the query of its address; of other methods nothing is said.

    It is declared where the framework's classes say all of it, and inferred where source was read.
    """
    if method != "GET":
        return NO_QUERY
    declared: tuple[BodyField, ...] = ()
    if view.path_view is not None:
        declared = tuple(of_path_view(view.path_view, method))
    elif view.view_class is not None:
        declared = of_class(view.view_class, view.handler_name(method))
    found: dict[str, BodyField] = {}
    for function in _functions(view, method):
        for one in _read(function, view.view_class):
            found.setdefault(one.name, one)
    if not found:
        return (declared, Evidence.DECLARED) if declared else NO_QUERY
    known = {one.name for one in declared}
    return (*declared, *(one for one in found.values() if one.name not in known)), Evidence.INFERRED


def _functions(view: Unwrapped, method: str) -> tuple[types.FunctionType, ...]:
    """Return the project's functions that a request runs: the view or its methods, and helpers that it names."""
    if view.path_view is not None:
        return ()
    if view.view_class is not None:
        return own_ways(view.view_class, view.handler_name(method))
    layers = layers_of_method(plain_function(view.target))
    if not layers or is_frameworks(layers[-1]):
        return ()
    function = layers[-1]
    if QUERIES.isdisjoint(names_with_helpers(function)):
        return ()
    named = (function.__globals__.get(name) for name in sorted(mentioned(function.__code__)))
    helpers = [one for one in named if isinstance(one, types.FunctionType) and not is_frameworks(one)]
    return function, *helpers


def _read(function: types.FunctionType, owner: type | None) -> tuple[BodyField, ...]:
    if QUERIES.isdisjoint(names_with_helpers(function)):
        return ()
    # Forms of the project are asked for their fields.
    return quietly(lambda: read_query(function, owner)) or ()
