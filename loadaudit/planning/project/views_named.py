"""Names of views that the functions of a `loadtests` module write out, read from their source without running them."""

import ast
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.urls import Resolver404, get_resolver, get_script_prefix

from loadaudit.inventory.source.trees import function_node
from loadaudit.planning.project.registry import Registry, name_of, place_of, short
from loadaudit.planning.resolving import match_at

_PLACE_OF_VIEW = {**dict.fromkeys(("get", "post", "put", "patch", "delete", "poll"), 0), "request": 1}
"""Methods of the user that send, and which of their arguments names the view."""


def unknown_views_sent(registry: Registry) -> list[str]:
    """Return a sentence for each URL name or path that scenarios or `@on_login` send to and the project does not have.

    What is put together while it runs is known only then.
    """
    functions: dict[Callable[..., object], str] = {one.function: f"scenario {one.name}" for one in registry.scenarios}
    functions |= {one: f"on_login {name_of(one)}" for one in registry.on_login}
    return [
        f"{place}: no route leads to {view!r}, to which {what} sends a request."
        if view.startswith("/")
        else f"{place}: no view has the URL name {view!r}, so {what} ends there."
        for function, what in functions.items()
        for view, place in _views_of(function)
        if not _is_known(view)
    ]


def _views_of(function: Callable[..., object]) -> Iterator[tuple[str, str]]:
    """Yield the URL names that a function sends to, each with its place."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    node = function_node(code) if code is not None else None
    if code is None or node is None or not (arguments := [*node.args.posonlyargs, *node.args.args]):
        return
    file, _, _ = place_of(inspect.unwrap(function)).rpartition(":")
    # The tree may be that of these lines alone.
    first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
    for call in (one for one in ast.walk(node) if isinstance(one, ast.Call)):
        view = _view_of(call, arguments[0].arg)
        if view and ("/" not in view or view.startswith("/")):
            yield view, f"{file or short(code.co_filename)}:{code.co_firstlineno + call.lineno - first}"


def _view_of(call: ast.Call, user: str) -> str:
    """Return the text that a call of a method of the user names a view by; empty where it is none."""
    method = call.func
    if not (isinstance(method, ast.Attribute) and isinstance(method.value, ast.Name) and method.value.id == user):
        return ""
    place = _PLACE_OF_VIEW.get(method.attr)
    if place is None:
        return ""
    named: Mapping[str | None, ast.expr] = {one.arg: one.value for one in call.keywords}
    given: Any = call.args[place] if len(call.args) > place else named.get("view")
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else ""


def _is_routed(path: str) -> bool:
    """Whether a route leads to a path, or to where middlewares of Django send it on: with a slash, or a language."""
    prefix = get_script_prefix().rstrip("/")
    plain = path.removeprefix(prefix)
    if plain.startswith(tuple(one for one in (settings.STATIC_URL, settings.MEDIA_URL) if one and one != "/")):
        # Mostly given out by what stands in front.
        return True
    ways = (plain, f"{plain}/", *(f"/{code}{plain}" for code, _ in settings.LANGUAGES))
    for way in ways:
        with suppress(Resolver404):
            match_at(way)
            return True
    return False


def _is_known(view: str) -> bool:
    """Whether the URLconf has the name, in its namespaces, whatever the view wants in its address."""
    if view.startswith("/"):
        return _is_routed(view.partition("?")[0])
    *spaces, name = view.split(":")
    resolver = get_resolver()
    for space in spaces:
        instance = next(iter(resolver.app_dict.get(space, ())), space)
        if instance not in resolver.namespace_dict:
            return False
        resolver = resolver.namespace_dict[instance][1]
    return name in resolver.reverse_dict
