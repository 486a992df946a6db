"""What a decorator would put around a view, where the decorator itself is all there is: `method_decorator` holds it."""

import types
from functools import lru_cache

from loadaudit.inventory.source.trees import nested_codes
from loadaudit.inventory.source.unwrap import may_be_view

_FRAMEWORKS = ("django.", "rest_framework.", "ninja.")


@lru_cache(maxsize=1024)
def applied(decorator: types.FunctionType) -> types.FunctionType:
    """Return the function that a decorator of the project makes, without running it; the decorator where it makes none.

    Its closure holds what the decorator was given; what it would wrap is an empty cell.
    """
    if (decorator.__module__ or "").startswith(_FRAMEWORKS):
        return decorator
    made = [one for one in nested_codes(decorator.__code__) if may_be_view(one)]
    if len(made) != 1 or may_be_view(decorator.__code__):
        return decorator
    held = dict(zip(decorator.__code__.co_freevars, decorator.__closure__ or (), strict=False))
    closure = tuple(held.get(name, types.CellType()) for name in made[0].co_freevars)
    found = types.FunctionType(made[0], decorator.__globals__, made[0].co_name, None, closure)
    found.__module__ = decorator.__module__
    return found
