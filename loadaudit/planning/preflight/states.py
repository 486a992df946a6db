"""What else than its values a view goes by, as its code tells: settings, the session, the steps of a form."""

import ast
import dis
import re
from collections.abc import Iterable, Iterator, Set
from contextlib import suppress
from functools import lru_cache
from inspect import unwrap
from types import FunctionType, ModuleType
from typing import Any

from django.conf import settings
from django.views.static import serve

from loadaudit.inventory.source.trees import function_node, walk
from loadaudit.planning.keys.doors import is_secret_setting, name_of_header
from loadaudit.planning.preflight.view_code import FRAMEWORKS, class_of, layers_for, layers_of, view_at, words_of
from loadaudit.planning.resolving import match_at
from loadaudit.records import RAISED_BY, Operation

_SETTING = re.compile(r"DEBUG|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_NO_SWITCH = re.compile(r"_(?:MODEL|CLASS|DIRS?|PATHS?|ROOT|URL)$")
"""Ends the names of settings that say what or where something is, and not whether."""

_SAYS_WHERE = re.compile(r"_(?:DIR|PATH|ROOT|URL)$")
_SAYS_HOW = re.compile(r"^ALWAYS_|(?:^|_)(?:RELOAD|CACHED?|LOG(?:S|GED|GING)?|VERBOSE)(?:_|$)")
"""Stands in the names of settings that say how something is done, and not whether."""

_SWITCHES_ON = re.compile(r"(?:^|_)(?:ENABLE[DS]?|ALLOW(?:ED|S)?|OPEN|ACTIVE)(?:_|$)")
_KEEPS_OUT = re.compile(
    r"(?:^|_)(?:OBLIGATORY|MANDATORY|REQUIRED?|(?:EN)?FORCED?|RESTRICT(?:ED)?|BLOCK(?:ED)?|DISABLED?|MAINTENANCE"
    r"|LOCKED|CLOSED)(?:_|$)"
)
"""Stands in the names of settings that keep out while they are on."""

_GATE = re.compile(r"(?:^|_)(?:enabled|disabled|switched|activated|is_(?:on|off|open|active))(?:_|$)", re.IGNORECASE)
"""Stands in the names of functions that say whether something is switched on."""

_OF_A_REQUEST = re.compile(r"HTTP_|REMOTE_(?:ADDR|HOST|USER)$|SERVER_(?:NAME|PORT)$|PATH_INFO$|QUERY_STRING$")
"""Names of what `request.META` has, which are written as settings are."""

_CHECKS_SIGNATURES = frozenset({"hmac", "compare_digest", "constant_time_compare"})
_MAKES_SUMS = frozenset({"digest", "hexdigest", "salted_hmac", "HMAC", "Signer", "TimestampSigner"})
_SIGNED_HEADER = re.compile(r"(?=.*(?:sign|hmac|digest))(?:HTTP_[A-Z0-9_]+|[A-Za-z]\w*(?:-\w+)+)$", re.IGNORECASE)

_OF_A_DECORATOR = re.compile(rf"{RAISED_BY}([\w.]+?)\.<locals>\.")
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?:/\d+)?$|::1$")
_BEGINS_ONE = re.compile(r"(?:\d{1,3}\.){1,3}")
"""As in `address.startswith("10.")`."""

_OF_AN_APP = re.compile(r"settings|conf", re.IGNORECASE)
_ASKS = frozenset({"getattr", "hasattr"})
_WORD = re.compile(r"[a-z0-9]{3,}")
_LONGEST_LIST = 60
_MOST_SETTINGS = 3
_UNKNOWN = object()
_PUT_OF_FORMS = "ProcessFormView.put"
_WIZARD = "WizardView"
"""Ends the names of the classes of django-formtools and its likes whose forms have several steps."""


def switched_by(path: str, method: str = "", *, known: bool = False) -> tuple[str, ...]:
    """Return the settings that switch what a method does at a path on or off, as `SIGN_UP_OPEN = False`, a few at most.

    Without a method those of all.
    Those that its code reads, or that of the classes it asks whom it lets in, and that are true, false or nothing;
    functions that decide it where no setting is false, such as `shop.conf.checkout_enabled()`. Those of authentication
    count only where the user is not `known` behind it.
    """
    return _switches(view, method, known) if (view := view_at(path)) is not None else ()


def switches_named(path: str, method: str, said: str) -> tuple[str, ...]:
    """Return those of the settings that a method goes by at a path of which an answer speaks in two words or more.

    `API keys are disabled` means API_KEYS_ENABLED, and none of the settings of whatever finds out who asks.
    """
    if (view := view_at(path)) is None:
        return ()
    words = set(_WORD.findall(said.lower()))
    read = _settings_read(view, method, False)
    may_be_off = [(name, value) for name, value in read if value is not True or "DISABLE" in name]
    near = [one for one in may_be_off if len(words.intersection(one[0].lower().split("_"))) > 1]
    return tuple(_told(*one) for one in near)[:_MOST_SETTINGS]


def switches_written(said: str) -> tuple[str, ...]:
    """Return the settings that are off and that a text names as they are written, in whatever language.

    Codes of errors are written so as well, and are none.
    """
    found = (one for one in dict.fromkeys(_SETTING.findall(said)) if _SWITCHES_ON.search(one))
    return tuple(one for one in found if _is_off(one))[:_MOST_SETTINGS]


def _is_off(name: str) -> bool:
    try:
        return getattr(settings, name, _UNKNOWN) in (False, None, "")
    except Exception:  # settings may be objects of the project's own
        return False


def has_steps(path: str) -> bool:
    """Say whether the view behind a path takes a form of several steps, one request each."""
    view_class = class_of(view_at(path))
    return view_class is not None and any(one.__name__.endswith(_WIZARD) for one in view_class.__mro__)


def lists_at(path: str) -> tuple[str, ...]:
    """Return the settings of which the view behind a path takes what stands in them, as `PROVIDERS, which is empty`."""
    return _lists(view) if (view := view_at(path)) is not None else ()


def addresses_let_in(path: str) -> tuple[str, ...]:
    """Return the settings, lists and texts with addresses of clients that the view behind a path knows who asks by."""
    return _addresses_let_in(view) if (view := view_at(path)) is not None else ()


def guard_that_raised(path: str, told: str) -> str:
    """Return the decorator in front of the view behind a path that raised what a trace tells of; empty if none did."""
    guard = _OF_A_DECORATOR.match(told)
    view = unwrap(view_at(path)) if guard is not None else None
    own = f"{getattr(view, '__module__', '')}.{getattr(view, '__qualname__', '')}"
    return guard[1] if guard is not None and not own.startswith(guard[1]) else ""


def folder_given_out_at(path: str) -> str:
    """Return the folder whose files Django itself gives out at a path, as in development; empty where it is none."""
    with suppress(Exception):  # converters are the project's own code
        match = match_at(path)
        if match.func is serve:
            return str(match.kwargs.get("document_root") or "the folder of this process")
    return ""


def is_empty_by_put(operation: Operation, path: str) -> bool:
    """Say whether a PUT comes to a form of Django's that must have something and finds nothing, whatever is sent.

    Its generic views take PUT like POST, and Django reads request.POST and request.FILES for POST only.
    """
    return puts_forms(operation, path) and any(one.required for one in operation.body.fields)


def puts_forms(operation: Operation, path: str) -> bool:
    """Say whether Django's generic views take a PUT to the view behind a path, for its form as if it were a POST."""
    put = getattr(class_of(view_at(path)), "put", None) if operation.method == "PUT" else None
    return getattr(put, "__qualname__", "") == _PUT_OF_FORMS


def reads_session(path: str) -> bool:
    """Say whether the code of the view behind a path looks at the session by itself."""
    view = view_at(path)
    return view is not None and _reads_session(view)


def reads_form(path: str, method: str) -> bool:
    """Say whether the code that a request by a method comes to reads fields of a form in its body."""
    view = view_at(path)
    return view is not None and any("POST" in one.__code__.co_names for one in layers_for(view, method))


def may_check_signatures(path: str) -> bool:
    """Say whether the code behind a path compares keyed sums, or reads a header that is called as if it did."""
    names = names_in_code_at(path, ())
    return not names.isdisjoint(_CHECKS_SIGNATURES) or any(_SIGNED_HEADER.match(one) for one in names)


def signed_by(path: str) -> str:
    """Return what helps where the code behind a path checks a signature or a key, as webhooks do; or empty."""
    names = names_in_code_at(path, ())
    if names.isdisjoint(_CHECKS_SIGNATURES):
        return ""
    header = next((name_of_header(one) for one in sorted(names) if _SIGNED_HEADER.match(one)), "")
    if not header and names.isdisjoint(_MAKES_SUMS):
        known = next((f" ({one} in the settings)" for one in sorted(names) if is_secret_setting(one)), "")
        return (
            f"its code compares a key that it is sent with one that it knows{known}: a @scenario in a loadtests.py "
            "sends that one, from where the settings have it"
        )
    where = f" in the header {header}" if header else ""
    sends = f", headers={{{header!r}: signature}}" if header else ""
    return (
        f"its code checks a signature{where}, which only who knows the secret can make: a @scenario in a loadtests.py "
        "signs what it sends, as with signature = hmac.new(secret, content, 'sha256').hexdigest() "
        f"and data=content{sends}"
    )


def names_in_code_at(path: str, models: tuple[type, ...]) -> frozenset[str]:
    """Return all names and texts in the code of the view behind a path, of what it calls and whom it asks.

    What is a method of one of `models` by its name counts, too: `team.has_member(user)`.
    """
    return _names(view, models) if (view := view_at(path)) is not None else frozenset()


@lru_cache(maxsize=256)
def _names(view: Any, models: tuple[type, ...]) -> frozenset[str]:
    layers = with_helpers(layers_of(view, asked=True))
    found = frozenset(name for layer in layers for name in words_of(layer.__code__))
    return found.union(*(words_of(one.__code__) for one in _methods(found, models)))


def _methods(names: Set[str], models: Iterable[type]) -> Iterator[FunctionType]:
    for owner in dict.fromkeys(each for one in models for each in one.__mro__):
        for name in names & vars(owner).keys() if not owner.__module__.startswith(FRAMEWORKS) else ():
            value = vars(owner)[name]
            # A property has the function in `fget`, one that keeps its value in `func`.
            value = getattr(value, "fget", None) or getattr(value, "func", None) or value
            if isinstance(value, FunctionType):
                yield value


@lru_cache(maxsize=1024)
def _reads_session(view: Any) -> bool:
    layers = list(layers_of(view))
    called = [one for layer in layers for one in called_of_modules(layer)]
    return any("session" in one.__code__.co_names for one in (*with_helpers(layers), *called))


def called_of_modules(layer: Any) -> Iterator[FunctionType]:
    """Yield the functions of the project that a piece of code calls by a module, as `flows.signup.pending(request)`."""
    names = layer.__code__.co_names
    modules = [one for name in names if isinstance(one := layer.__globals__.get(name), ModuleType)]
    modules += [one for owner in modules for name in names if isinstance(one := vars(owner).get(name), ModuleType)]
    for module in modules if names else ():
        for name in names if not module.__name__.startswith(FRAMEWORKS) else ():
            if isinstance(function := vars(module).get(name), FunctionType):
                yield function


@lru_cache(maxsize=256)
def _lists(view: Any) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for layer in with_helpers(layers_of(view, asked=True)):
        looks_in = any(one.opname == "CONTAINS_OP" for one in dis.get_instructions(layer.__code__))
        for name in words_of(layer.__code__):
            value = _value(layer, name) if _SETTING.fullmatch(name) else _UNKNOWN
            if isinstance(value, (dict, list, tuple, set, frozenset)) and not value:
                found[name] = f"{name}, which is empty"
            elif looks_in and isinstance(value, (list, tuple, set, frozenset)) and len(repr(value)) < _LONGEST_LIST:
                found[name] = f"{name} = {value!r}"
    # What is empty says more than what has something else in it.
    empty = [told for told in found.values() if told.endswith("empty")]
    return tuple(empty or found.values())[:_MOST_SETTINGS]


@lru_cache(maxsize=1024)
def _switches(view: Any, method: str, known: bool) -> tuple[str, ...]:
    own = _own_layers(view, method, known)
    layers = dict.fromkeys(with_helpers(own))
    told = [one for one in _settings_read(view, method, known) if one[1] is not False or not _keeps_out(one[0], layers)]
    # What is switched off says more than what nobody has set.
    if off := [one for one in told if one[1] is False and not _SAYS_HOW.search(one[0])]:
        return tuple(_told(*one) for one in off)[:_MOST_SETTINGS]
    gates = [one for one in layers if one not in own and _GATE.search(one.__name__)]
    if gates:
        return tuple(f"the switch {one.__module__}.{one.__qualname__}()" for one in gates[:_MOST_SETTINGS])
    # Of what nobody has set, helpers read much that has nothing to do with whether a view is there.
    read = {word for one in own for word in words_of(one.__code__)}
    others = [one for one in told if not _NO_SWITCH.search(one[0]) and not _SAYS_HOW.search(one[0])]
    closing = [one for one in others if one[0] in read and not _is_open(*one)]
    # What says where something is switches it off as well where it says nothing.
    nowhere = [one for one in told if one[0] in read and one[1] is None and _SAYS_WHERE.search(one[0])]
    return tuple(_told(*one) for one in closing or nowhere)[:_MOST_SETTINGS]


def _keeps_out(name: str, layers: Iterable[Any]) -> bool:
    """Whether a setting keeps out while it is on, by its name or as `if settings.NAME:` raises: off, it lets in."""
    if _KEEPS_OUT.search(name):
        return True
    nodes = [node for one in layers if (node := function_node(one.__code__)) is not None]
    read = sum(_is_named(each, name) for node in nodes for each in walk(node))
    tests = [one for node in nodes for one in walk(node) if isinstance(one, ast.If) and _is_named(one.test, name)]
    raising = [one for one in tests if not one.orelse and any(isinstance(each, ast.Raise) for each in walk(one))]
    return 0 < read == len(raising)


def _is_named(node: ast.AST, name: str) -> bool:
    """Whether a node is `settings.NAME`, a plain name or `getattr(settings, "NAME", …)`."""
    if isinstance(node, ast.Call):
        return any(isinstance(one, ast.Constant) and one.value == name for one in node.args)
    return isinstance(node, (ast.Attribute, ast.Name)) and name == getattr(node, "attr", getattr(node, "id", ""))


def _is_open(name: str, value: bool | None) -> bool:
    """Whether a setting is on by its name already, as `API_ENABLED = True`: it keeps nobody out."""
    return value is True and _SWITCHES_ON.search(name) is not None


@lru_cache(maxsize=1024)
def _settings_read(view: Any, method: str, known: bool) -> tuple[tuple[str, bool | None], ...]:
    """Return the settings that the code behind a view reads, with what they are: true, false or nothing."""
    found: dict[str, Any] = {}
    for layer in dict.fromkeys(with_helpers(_own_layers(view, method, known))):
        for name in words_of(layer.__code__):
            if _SETTING.fullmatch(name) and name not in found and not _OF_A_REQUEST.match(name):
                found[name] = _value(layer, name)
    return tuple((name, value) for name, value in found.items() if value is None or isinstance(value, bool))


@lru_cache(maxsize=256)
def _addresses_let_in(view: Any) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for layer in with_helpers(layers_of(view, asked=True)):
        words = list(words_of(layer.__code__))
        for name in words if "REMOTE_ADDR" in words else ():
            value = _value(layer, name) if _SETTING.fullmatch(name) else _UNKNOWN
            value = layer.__globals__.get(name) if value is _UNKNOWN else value
            if isinstance(value, (list, tuple, set, frozenset)) and any(_ADDRESS.match(str(one)) for one in value):
                found[name] = None
            elif _ADDRESS.match(name) or _BEGINS_ONE.fullmatch(name):
                found[f"{name!r}, which stands in its code"] = None
    return tuple(found)[:_MOST_SETTINGS]


def _own_layers(view: Any, method: str, known: bool) -> list[Any]:
    passed = _authenticating(view) if known else set()
    return [one for one in layers_for(view, method) if one not in passed]


def _authenticating(view: Any) -> set[Any]:
    """Return the functions of the classes that find out who asks a view."""
    classes = getattr(class_of(view), "authentication_classes", None) or ()
    bases = (base for one in classes for base in getattr(one, "__mro__", ()))
    return {each for base in bases for each in vars(base).values() if isinstance(each, FunctionType)}


def with_helpers(layers: Iterable[Any]) -> Iterator[Any]:
    """Yield pieces of code, and the functions that they call by a name of their module."""
    for layer in layers:
        yield layer
        for name in layer.__code__.co_names:
            helper = layer.__globals__.get(name)
            if isinstance(helper, FunctionType) and not helper.__module__.startswith(FRAMEWORKS):
                yield helper


def _told(name: str, value: bool | None) -> str:
    return f"{name}, which is not set" if value is None else f"{name} = {value}"


def _value(layer: Any, name: str) -> Any:
    """Return what a name means in a piece of code that reads settings or those of an app; None if it is not set."""
    for one in _owners(layer):
        try:
            return getattr(one, name)
        except Exception:  # settings of an app are its own code
            # A name that stands there by itself is some constant; an unset setting is asked for by its text.
            if one is settings and _ASKS.intersection(layer.__code__.co_names) and name in layer.__code__.co_consts:
                return None
    return _UNKNOWN


def _owners(layer: Any) -> Iterator[Any]:
    """Yield what is called settings or config in a piece of code."""
    known = layer.__globals__
    for name in layer.__code__.co_names:
        owner = known.get(name)
        if owner is settings or (owner is not None and _OF_AN_APP.search(name)):
            yield owner
