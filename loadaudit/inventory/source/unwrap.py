"""What really runs behind a URLconf's callable: its decorators, and the function or class inside them."""

import functools
import inspect
import types
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.utils.functional import LazyObject
from django.views import View

from loadaudit.errors import RAISED
from loadaudit.inventory.source.trees import mentioned
from loadaudit.records.making import quickly_made

_MAX_DEPTH = 25
# Callables written in C; the `__call__` of their class is one of them again.
_SLOTS = (types.WrapperDescriptorType, types.MethodWrapperType, types.BuiltinFunctionType)
_ANYTHING = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS
_VIEW_NAMES = frozenset(
    {"view_func", "viewfunc", "view", "func", "fn", "f", "function", "wrapped", "inner", "handler"}
    | {"callback", "method", "view_fn", "viewfn", "view_function", "_view", "_func", "wrapped_view", "target"}
)
_REQUEST_NAMES = frozenset({"request", "req", "_request", "http_request"})


@quickly_made
@dataclass(frozen=True, slots=True, kw_only=True)
class Unwrapped:
    """A view without its wrapping."""

    wrappers: tuple[types.FunctionType, ...] = ()
    """Functions around the target, outermost first."""
    target: Callable[..., Any]
    """Function, bound method or callable; for a class-based view the function that `as_view` made."""
    view_class: type | None = None
    initkwargs: Mapping[str, Any] = field(default_factory=dict)
    actions: Mapping[str, str] | None = None
    """HTTP method → name of the viewset's method."""
    actions_are_read: bool = False
    """The actions come from the source of an `as_view` that sets them, not from what it made."""
    path_view: Any = None
    """django-ninja's PathView: several operations behind one pattern."""
    keywords: Mapping[str, Any] = field(default_factory=dict)
    """What partials around it hand over by name, unless the route does."""
    instances: Mapping[types.FunctionType, object] = field(default_factory=dict)
    """For wrappers that are `__call__` of a decorator written as a class: its instance."""

    def handler_name(self, method: str) -> str:
        """Return the name of the attribute of its class that answers `method`."""
        verb = method.lower()
        return self.actions.get(verb, verb) if self.actions else verb

    @property
    def bound_to(self) -> type | None:
        """Class whose attributes `self` means in the target."""
        if self.view_class is not None:
            return self.view_class
        owner = attribute_of(self.target, "__self__")
        if owner is not None and not isinstance(owner, types.ModuleType):
            return owner if isinstance(owner, type) else type(owner)
        return None if isinstance(self.target, types.FunctionType) else type(self.target)


def attribute_of(owner: object, name: str, default: Any = None) -> Any:
    """Return an attribute of what a project made, or the default: a descriptor of its own may raise anything."""
    try:
        return getattr(owner, name, default)
    except RAISED:
        return default


def plain_function(target: object) -> types.FunctionType | None:
    """Return the function behind a function, a bound method, a partial or a callable instance."""
    for _ in range(_MAX_DEPTH):
        if isinstance(target, types.FunctionType):
            return target
        if isinstance(target, functools.partial):
            target = target.func
        elif isinstance(target, types.MethodType):
            target = target.__func__
        elif target is None or isinstance(target, (type, *_SLOTS)):
            return None
        else:
            target = getattr(type(target), "__call__", None)  # noqa: B004
    return None


def cells(function: types.FunctionType) -> dict[str, Any]:
    """Return the closure of the function by variable name; empty cells are left out."""
    found: dict[str, Any] = {}
    if function.__closure__ is None:
        return found
    for name, cell in zip(function.__code__.co_freevars, function.__closure__, strict=False):
        try:
            found[name] = cell.cell_contents
        except ValueError:
            continue
    return found


def is_view_class(candidate: object) -> bool:
    """Whether the object is a class whose `as_view` makes views."""
    return isinstance(candidate, type) and (issubclass(candidate, View) or callable(attribute_of(candidate, "as_view")))


def unwrap(callback: Callable[..., Any]) -> Unwrapped:
    """Walk from the URLconf's callable through its decorators to the view."""
    keywords: dict[str, Any] = {}
    found = _unwrapped(callback, keywords)
    return replace(found, keywords=keywords) if keywords else found


def unwrapped(called: Any) -> Unwrapped:
    """Walk as `unwrap` does; of a function, which others may call, what was found is kept."""
    return _unwrapped_function(called) if isinstance(called, types.FunctionType) else unwrap(called)


@lru_cache(maxsize=1024)
def _unwrapped_function(function: types.FunctionType) -> Unwrapped:
    return unwrap(function)


def _unwrapped(callback: Callable[..., Any], keywords: dict[str, Any]) -> Unwrapped:
    wrappers: list[types.FunctionType] = []
    instances: dict[types.FunctionType, object] = {}
    current: Any = callback
    seen: set[int] = set()
    while id(current) not in seen and len(seen) < _MAX_DEPTH:
        seen.add(id(current))
        if type(current) is types.FunctionType and current.__closure__ is None and not current.__dict__:
            # Nothing but itself: it holds nothing, and nobody left a mark on it.
            break
        made = _made_by_as_view(current)
        if made is not None:
            return _of_class(made, current, wrappers, instances)
        path_view = _path_view(current)
        if path_view is not None:
            return Unwrapped(wrappers=tuple(wrappers), target=current, path_view=path_view, instances=instances)
        inner = _next_layer(current)
        if inner is None:
            break
        if isinstance(current, functools.partial):
            # The outer one wins, as in the call.
            keywords |= {**current.keywords, **keywords}
        if isinstance(current, types.FunctionType):
            wrappers.append(current)
        elif isinstance(current, types.MethodType) and isinstance(current.__func__, types.FunctionType):
            wrappers.append(current.__func__)
            instances[current.__func__] = current.__self__
        elif not isinstance(current, functools.partial) and (call := plain_function(current)) is not None:
            wrappers.append(call)
            instances[call] = current
        current = inner
    if is_view_class(current):
        return Unwrapped(wrappers=tuple(wrappers), target=current, view_class=current, instances=instances)
    return Unwrapped(wrappers=tuple(wrappers), target=current, instances=instances)


def _made_by_as_view(current: object) -> type | None:
    if not isinstance(current, types.FunctionType):
        return None
    made = _class_named_by(current)
    if made is None:
        return None
    # functools.wraps copies the attributes to every wrapper, but never the name in the code object.
    above, _, name = current.__code__.co_qualname.rpartition("as_view.<locals>.")
    if name == "view" or (above and _makes_instances(current, made)):
        return made
    return made if _next_layer(current) is None else None


def _makes_instances(function: types.FunctionType, made: type) -> bool:
    """Whether a function of an own `as_view` holds the class, and no function that it could be wrapped around.

    `__wrapped__` is then a label: `update_wrapper(view, cls.dispatch)` leaves it behind.
    """
    held = cells(function).values()
    return any(one is made for one in held) and not any(isinstance(one, types.FunctionType) for one in held)


def _of_class(
    made: type, current: Any, wrappers: list[types.FunctionType], instances: dict[types.FunctionType, object]
) -> Unwrapped:
    initkwargs = attribute_of(current, "initkwargs") or attribute_of(current, "view_initkwargs")
    actions = getattr(current, "actions", None)
    return Unwrapped(
        wrappers=tuple(wrappers),
        target=current,
        view_class=made,
        initkwargs=initkwargs if isinstance(initkwargs, Mapping) else {},
        actions=dict(actions) if isinstance(actions, Mapping) else None,
        instances=instances,
    )


def _path_view(current: object) -> Any:
    """Return django-ninja's PathView, by its shape: a list of operations with methods and view functions."""
    owners = [attribute_of(current, "__self__")]
    if isinstance(current, types.FunctionType):
        owners.append(cells(current).get("self"))
    for owner in owners:
        operations = attribute_of(owner, "operations")
        if not (isinstance(operations, list) and operations):
            continue
        if all(hasattr(one, "methods") and hasattr(one, "view_func") for one in operations):
            return owner
    return None


def is_made_by_as_view(function: types.FunctionType) -> bool:
    """Whether a function is what `as_view()` of a class has made, as that of `@api_view` is, or wraps such a one."""
    return _class_named_by(function) is not None


def _class_named_by(function: types.FunctionType) -> type | None:
    """Return the class that `as_view()` notes on what it makes; Django and REST framework have a name each for it."""
    made = attribute_of(function, "cls") or attribute_of(function, "view_class")
    return made if isinstance(made, type) else None


def _next_layer(current: Any) -> Any:
    if isinstance(current, functools.partial):
        return current.func
    if isinstance(current, type):
        return None
    if isinstance(current, types.MethodType):
        inner = inside(current.__func__)
        if inner is None:
            return _from_method(current)
        return types.MethodType(inner, current.__self__) if isinstance(inner, types.FunctionType) else inner
    if isinstance(current, types.FunctionType):
        return inside(current)
    wrapped = attribute_of(current, "__wrapped__")
    return wrapped if callable(wrapped) else _from_instance(current)


def inside(function: Any) -> Any:
    """Return what a function wraps, or None.

    What it holds under a view's name is what it calls; `__wrapped__` is only a label, which AdminSite.admin_view
    puts on the outermost of three wrappers.
    """
    if not isinstance(function, types.FunctionType):
        return None
    if function.__code__.co_qualname == "singledispatch.<locals>.wrapper":
        return getattr(function, "dispatch")(WSGIRequest)  # noqa: B009
    best, best_score = None, 0
    for name, value in cells(function).items():
        # The class that `super()` needs is where a method stands, and not what it wraps.
        score = _view_likeness(name, value) if name != "__class__" else 0
        if score > best_score:
            best, best_score = value, score
    wrapped = getattr(function, "__wrapped__", None)
    return wrapped if best_score < 2 and callable(wrapped) else best


def _view_likeness(name: str, value: object) -> int:
    # A look at anything but the type of a lazy object would make it.
    if issubclass(type(value), LazyObject) or not callable(value):
        return 0
    if isinstance(value, type):
        return 3 if is_view_class(value) else 0
    if isinstance(attribute_of(value, "view_class") or attribute_of(value, "cls"), type):
        return 4
    if name in _VIEW_NAMES and plain_function(value) is not None:
        return 2
    return (2 if "view" in name.lower() else 1) if _takes_request(value) else 0


def _takes_request(value: object) -> bool:
    function = plain_function(value)
    if function is None:
        return False
    return may_be_view(function.__code__)


def may_be_view(code: types.CodeType) -> bool:
    """Whether a function with this code may get a request: by the name of an argument, or because it takes anything."""
    takes_anything = not code.co_argcount and code.co_flags & _ANYTHING == _ANYTHING
    return takes_anything or any(name in _REQUEST_NAMES for name in code.co_varnames[: code.co_argcount][:2])


def _from_method(method: types.MethodType) -> Any:
    """Look for the view that a method keeps on its instance and calls."""
    if isinstance(method.__self__, type) or not isinstance(method.__func__, types.FunctionType):
        return None
    return _held_by(method.__self__, mentioned(method.__func__.__code__))


def _from_instance(current: object) -> Any:
    """Look for the view in the attributes of a decorator written as a class."""
    return _held_by(current, _attributes_of(current)) if callable(current) else None


def _held_by(instance: object, names: Container[str]) -> Any:
    for name, value in _attributes_of(instance).items():
        if name not in names:
            continue
        if is_view_class(value) or _view_likeness(name.lstrip("_"), value) >= 2:
            return value
        if type(value) in (tuple, list) and len(value) == 1 and _view_likeness(name.lstrip("_"), value[0]) >= 2:
            # Of several nobody can tell which one answers.
            return value[0]
    return None


def _attributes_of(instance: object) -> dict[str, Any]:
    """Return what an instance holds, in its dictionary and in slots; no code of its class runs."""
    own = attribute_of(instance, "__dict__")
    found: dict[str, Any] = dict(own) if isinstance(own, dict) else {}
    for base in type(instance).__mro__:
        for name in _slots_of(base):
            try:
                found.setdefault(name, base.__dict__[name].__get__(instance))
            except AttributeError:
                continue
    return found


@lru_cache(maxsize=1024)
def _slots_of(base: type) -> tuple[str, ...]:
    return tuple(name for name, value in base.__dict__.items() if type(value) is types.MemberDescriptorType)
