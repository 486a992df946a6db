"""Classes that have the methods of their parent: most views of a framework define attributes alone."""

import types
from functools import lru_cache

_OF_EVERY_CLASS = frozenset(
    {"__module__", "__qualname__", "__doc__", "__annotations__", "__firstlineno__", "__static_attributes__"}
    | {"__parameters__", "__orig_bases__", "__annotate__", "__annotate_func__", "__annotations_cache__"}
)
_METHODS = (types.FunctionType, staticmethod, classmethod, property)


@lru_cache(maxsize=1024)
def methods_owner(view_class: type) -> type:
    """Return the class or the ancestor of which it has every method, and no other: what is asked of those is shared.

    Attributes count only where they hide a method or may be called as one.
    """
    bases = view_class.__bases__
    if len(bases) != 1 or not all(_is_no_method(one, bases[0]) for one in vars(view_class).items()):
        return view_class
    return methods_owner(bases[0])


@lru_cache(maxsize=1024)
def added_names(view_class: type) -> frozenset[str]:
    """Return the names of what the class has beside the methods of its `methods_owner`: attributes alone."""
    lineage = view_class.__mro__
    return frozenset[str]().union(*map(vars, lineage[: lineage.index(methods_owner(view_class))]))


def _is_no_method(attribute: tuple[str, object], base: type) -> bool:
    name, value = attribute
    if name.startswith("__"):
        return name in _OF_EVERY_CLASS
    if not isinstance(value, type) and (callable(value) or hasattr(type(value), "__get__")):
        return False
    hidden = _of_bases(base, name)
    return not (isinstance(hidden, _METHODS) or (callable(hidden) and not isinstance(hidden, type)))


# The same few attributes hide nothing, or the same, in class after class.
@lru_cache(maxsize=1024)
def _of_bases(base: type, name: str) -> object:
    return next((vars(one)[name] for one in base.__mro__ if name in vars(one)), None)
