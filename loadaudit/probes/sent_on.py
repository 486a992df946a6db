"""Notices a redirect that a decorator or a mixin's `dispatch` made in front of a view, whose own code did not run.

Who made a redirect shows on the stack at the moment when it is made. It counts as made in front of the view only where
that is certain: the code which let nobody in passes on by nothing but `return view(…)`, so that it had not done so.
"""

import ast
import inspect
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache
from html import unescape
from itertools import pairwise
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

from django.contrib.messages.constants import ERROR, SUCCESS, WARNING
from django.http import HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirectBase
from django.utils import decorators

from loadaudit.inventory.source.handlers import handler_of
from loadaudit.inventory.source.trees import function_node
from loadaudit.inventory.source.unwrap import cells, inside
from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.probes.recorder import Redirect, current_or_closed
from loadaudit.runfile.database_messages import without_values

SENT_ON = "sent on by {}, before its view"
"""What a trace says of it."""

_LONGEST_MESSAGE = 100
_MOST_FRAMES = 100
_FRAMEWORKS = ("django.", "rest_framework.")
"""Of views and their `dispatch`."""
_MIXINS = "django.contrib.auth.mixins"
_OF_METHODS = "_multi_decorate.<locals>._wrapper"
"""What `method_decorator` makes; it decorates anew at each call."""


class RedirectProbe:
    """Notes whose code was on its way, each time a request makes a redirect."""

    def __init__(self) -> None:
        self._original: Any = None

    def install(self, observers: frozenset[CodeType]) -> None:
        """Patch the making of redirects. `observers` is the code that calls views; a second call does nothing."""
        if self._original is None:
            self._original = HttpResponseRedirectBase.__init__
            HttpResponseRedirectBase.__init__ = _noted(self._original, observers)  # type: ignore[method-assign]

    def restore(self) -> None:
        """Put back what `install` found; a second call does nothing."""
        if self._original is not None:
            HttpResponseRedirectBase.__init__ = self._original  # type: ignore[method-assign]
            self._original = None


def _noted(original: Callable[..., None], observers: frozenset[CodeType]) -> Callable[..., None]:
    def __init__(self: HttpResponseRedirectBase, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        recorder = current_or_closed()
        if recorder is not None and not recorder.closed and recorder.view_ran:
            found = tuple(_on_the_way(sys._getframe(1), observers))
            recorder.redirect = Redirect(self, tuple(one for one, _ in found), tuple(line for _, line in found))

    return __init__


def _on_the_way(frame: FrameType | None, observers: frozenset[CodeType]) -> Iterator[tuple[CodeType, int]]:
    """Yield code and line between here and the call of the view, the innermost first; none where that was elsewhere."""
    found: list[tuple[CodeType, int]] = []
    while frame is not None and len(found) < _MOST_FRAMES:
        if frame.f_code in observers:
            yield from found
            return
        found.append((frame.f_code, frame.f_lineno))
        frame = frame.f_back


def trouble_told(request: HttpRequest) -> str:
    """Return the first error that the request has left for the next page, else warning if its session is as before.

    Those of earlier requests, which wait to be shown, do not count. What was taken out of a cart is a warning too.
    """
    known = vars(request)
    left = getattr(known.get("_messages"), "_queued_messages", ())
    least = ERROR if getattr(known.get("session"), "modified", False) else WARNING
    try:
        # What was warned of is not what it stopped at.
        told = sorted((one for one in left if one.level >= least), key=lambda one: one.level < ERROR)
        text = unescape(next((str(one.message) for one in told), ""))
    except Exception:  # a lazy text is the project's own code, which must not change the response
        return ""
    return " ".join(without_values(text).split())[:_LONGEST_MESSAGE]


def hinted(request: HttpRequest) -> str | None:
    """Return the first message of a request that speaks neither of success nor of trouble; None without such a one."""
    known = vars(request)
    left = getattr(known.get("_messages"), "_queued_messages", ())
    if any(one.level >= SUCCESS for one in left):
        return None
    try:
        text = next((str(one.message) for one in left), None)
    except Exception:  # as above
        return None
    return None if text is None else " ".join(without_values(text).split())[:_LONGEST_MESSAGE]


def own_function(view: Callable[..., Any], method: str) -> FunctionType | None:
    """Return the function of the project's own that answers a method, behind all decorators; None where unknown."""
    owner = getattr(view, "view_class", None) or getattr(view, "cls", None)
    found = _handler(owner, view, method) if isinstance(owner, type) else _chain(view)[-1]
    return found if isinstance(found, FunctionType) else None


def in_front_of(
    view: Callable[..., Any],
    request: HttpRequest,
    response: HttpResponseBase,
    noted: Redirect | None,
) -> str:
    """Return the name of what made the view's redirect without letting it in, or empty where that is not certain."""
    if noted is None or noted.response is not response or not noted.codes:
        return ""
    try:
        return _in_front_of(view, request.method or "", noted.codes)
    except Exception:  # views cannot always be hashed, and theirs is the project's own code: it must get its answer
        return ""


@lru_cache(maxsize=2_048)
def _in_front_of(view: Callable[..., Any], method: str, codes: tuple[CodeType, ...]) -> str:
    chain = _chain(view)
    owner = getattr(view, "view_class", None) or getattr(view, "cls", None)
    wrappers = {one.__code__: (one, inner) for one, inner in pairwise(chain) if _has_code(one)}
    if isinstance(owner, type):
        own = _handler(owner, view, method)
        gates, inside = _dispatches(owner, own, method)
    else:
        own, gates, inside = chain[-1] if len(chain) > 1 else None, {}, frozenset()
    if own is None or not _has_code(own) or not {own.__code__, *inside}.isdisjoint(codes):
        return ""
    for code, caller in zip(codes, (*codes[1:], None), strict=True):
        if code in gates:
            return _named(code, gates[code].__module__) if _only_returns(code, frozenset({"dispatch"})) else ""
        if code in wrappers:
            wrapper, inner = wrappers[code]
            return _named(code, _module_of(wrapper)) if _only_returns(code, _names_of(wrapper, inner)) else ""
        if caller is not None and caller.co_qualname == _OF_METHODS and caller.co_filename == decorators.__file__:
            return _named(code) if _only_returns(code, _returned_names(code)) else ""
    return ""


def _chain(view: Callable[..., Any]) -> list[Any]:
    """Return the view, what it wraps, and so on, also where a decorator leaves no `__wrapped__`."""
    found: list[Any] = [view]
    while len(found) < _MOST_FRAMES and (inner := _inside(found[-1])) is not None:
        found.append(inner)
    return found


def _inside(one: Any) -> Any:
    held = inside(one)
    return held if held is not None else getattr(one, "__wrapped__", None)


def _has_code(one: Any) -> bool:
    return isinstance(getattr(one, "__code__", None), CodeType)


def _handler(owner: type, view: Callable[..., Any], method: str) -> Any:
    """Return the innermost function that answers the method, or None."""
    actions = getattr(view, "actions", None)
    found = handler_of(owner, method.lower(), actions if isinstance(actions, dict) else None)
    if found is None and method == "HEAD":
        found = handler_of(owner, "get")
    return inspect.unwrap(found) if callable(found) else None


def _dispatches(owner: type, own: Any, method: str) -> tuple[dict[CodeType, FunctionType], frozenset[CodeType]]:
    """Return the `dispatch` functions that stand in front of a handler by their code, and the code of all others.

    Of a read, what stands in the class of the handler is as much the view's own as the first lines of a function are:
    where it leads on to is what there is to see. What was to write did nothing of the kind. A framework's `dispatch` is
    only there for those that were let in, unless it is a mixin of Django's that asks who somebody is.
    """
    gates, inside = dict[CodeType, FunctionType](), set[CodeType]()
    for one in owner.__mro__:
        found = vars(one).get("dispatch")
        found = inspect.unwrap(found) if callable(found) else None
        if not isinstance(found, FunctionType):
            continue
        is_own = method in SAFE_METHODS and hasattr(one, getattr(own, "__name__", ""))
        is_gate = found.__module__ == _MIXINS or not (is_own or found.__module__.startswith(_FRAMEWORKS))
        if not is_gate:
            inside.add(found.__code__)
        else:
            gates[found.__code__] = found
    return gates, frozenset(inside)


def _names_of(wrapper: FunctionType, inner: Any) -> frozenset[str]:
    """Return the names under which a function knows what it wraps."""
    return frozenset(name for name, held in cells(wrapper).items() if held == inner)


def _returned_names(code: CodeType) -> frozenset[str]:
    """Return the name of what a decorator's function, of which only the code is known, wraps; empty where unsure."""
    node = function_node(code)
    calls = [one for one in ast.walk(node) if isinstance(one, ast.Call)] if node is not None else []
    outer = [one for one in calls if _called(one) in code.co_freevars and isinstance(one.func, ast.Name)]
    names = frozenset(_called(one) for one in outer if any(isinstance(argument, ast.Starred) for argument in one.args))
    return names if len(names) == 1 else frozenset()


@lru_cache(maxsize=1_024)
def _only_returns(code: CodeType, names: frozenset[str]) -> bool:
    """Whether code calls what has one of these names, or this attribute, in nothing but `return call(…)`.

    What has come past such a return has not called it. One within `try` may have called it all the same.
    """
    node = function_node(code)
    if node is None or not names:
        return False
    calls = {id(one) for one in ast.walk(node) if isinstance(one, ast.Call) and _called(one) in names}
    tried = {id(inner) for one in ast.walk(node) if isinstance(one, ast.Try) for inner in ast.walk(one)}
    returned = {id(_awaited(one.value)) for one in ast.walk(node) if isinstance(one, ast.Return)}
    return bool(calls) and calls <= returned and calls.isdisjoint(tried)


def _called(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _awaited(value: ast.expr | None) -> ast.expr | None:
    return value.value if isinstance(value, ast.Await) else value


def _named(code: CodeType, module: str = "") -> str:
    """Return where a function stands; that of a decorator by the decorator's name."""
    name = code.co_qualname.partition(".<locals>")[0]
    return f"{module}.{name}" if module else f"{name} ({Path(code.co_filename).name}:{code.co_firstlineno})"


def _module_of(function: FunctionType) -> str:
    """Return the module that a function was written in, which `functools.wraps` does not tell."""
    return str(function.__globals__.get("__name__", ""))
