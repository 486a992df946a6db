"""What a project's `loadtests.py` imports: its own words for what loadaudit cannot find out.

    from loadaudit.scenarios import body, exclude, on_login, provide, scenario, unique

    provide("token", lambda: Invitation.objects.values_list("token", flat=True))
    body("shop:order", {"sku": "A-1", "note": f"order {unique}"})
    exclude("shop:pay", because="the payment provider has no sandbox")

    @scenario(weight=2, users="owner")
    def order(user):
        cart = user.post("shop:cart", json={"sku": "A-1"}, expect=201).json()
        user.post("shop:checkout", {"cart_id": cart["id"]})
        user.poll("shop:status", {"cart_id": cart["id"]}, until=lambda answer: answer.json()["done"])

A view is named by its URL name, its route, the id of the operation, or its qualified name.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, overload

from loadaudit.load.payloads import UNIQUE_TEXT
from loadaudit.load.responses import Response
from loadaudit.load.script import ScriptUser
from loadaudit.planning.project.registry import (
    REGISTRY,
    BodySource,
    Exclude,
    Provider,
    Scenario,
    name_of,
    place_of,
    place_of_caller,
)

__all__ = ["Response", "ScriptUser", "body", "exclude", "on_login", "provide", "scenario", "unique"]

unique = UNIQUE_TEXT
"""Stands in a text of a body for six letters and digits that no other request of the run has."""

F = TypeVar("F", bound=Callable[..., object])
Function = Callable[[ScriptUser], object]


def provide(parameter: str | Sequence[str], source: Any = None, *, view: str = "") -> Callable[[F], F]:
    """Give values for a parameter of routes, or tuples of values for several that belong together.

    `source` is an iterable, a single value, or a function of nothing or of the identity that returns or yields
    values; rows stand for their keys. Without `source` this decorates such a function. `view` limits it to one view.
    A function that only returns `...`, as `plan --stubs` prints them, declares nothing yet.
    """
    names = (parameter,) if isinstance(parameter, str) else _entries(parameter)
    if not names or not all(map(_is_text, names)):
        raise TypeError(f"provide() wants the name of a parameter, or several, found {parameter!r}")
    place = place_of_caller()

    def declare(made: Any) -> Any:
        if _is_open(made):
            REGISTRY.stubs.append(place)
        else:
            REGISTRY.providers.append(Provider(names=names, source=made, view=view, place=place))
        return made

    if source is not None:
        declare(source)
    return declare


def _is_open(made: Any) -> bool:
    code = getattr(made, "__code__", None)
    return code is not None and Ellipsis in code.co_consts and not code.co_names


def body(
    view: str,
    source: Mapping[str, Any] | Sequence[Any] | Callable[..., Any] | None = None,
    *,
    form: bool | None = None,
    method: str = "",
) -> Callable[[F], F]:
    """Give the body that requests of a view are sent with: a dictionary, a list, or a function that returns one.

    `form` sends it as a form or as JSON; by default as the view's own form, serializer or source wants it. A value may
    be an open file, or (file name, open file, content type). Without `source` this decorates a function.
    """
    place = place_of_caller()

    def declare(made: Any) -> Any:
        REGISTRY.bodies.append(BodySource(view=view, source=made, form=form, method=method.upper(), place=place))
        return made

    if source is not None:
        declare(source)
    return declare


def exclude(view: str, *, because: str) -> None:
    """Never send a view. The reason stands in every report, and the view stays in the total."""
    if not _is_text(because):
        raise ValueError("exclude() wants a reason: because=...")
    REGISTRY.excludes.append(Exclude(view=view, because=because, place=place_of_caller()))


@overload
def scenario(function: Function, /) -> Function: ...


@overload
def scenario(
    *, weight: int = 1, users: str = "", max_concurrency: int | None = None, timeout_s: float | None = None
) -> Callable[[Function], Function]: ...


def scenario(
    function: Function | None = None,
    /,
    *,
    weight: int = 1,
    users: str = "",
    max_concurrency: int | None = None,
    timeout_s: float | None = None,
) -> Function | Callable[[Function], Function]:
    """Let virtual users go through a function again and again, beside the planned operations.

    `users` is a role. Of several scenarios of a role each is chosen as often as its `weight` says, and at most
    `max_concurrency` virtual users are in it at once. After `timeout_s` seconds one time through it is given up, by
    default after 60, or half of the load where that is shorter.
    """
    if not (_is_count(weight) and (max_concurrency is None or _is_count(max_concurrency)) and _is_time(timeout_s)):
        raise ValueError("scenario() wants weight and max_concurrency of 1 or more, and a timeout_s above 0")
    if users and not _is_text(users):
        raise TypeError(f"scenario() wants one role as users, found {users!r}; for several write one scenario for each")
    if function is not None and not callable(function):
        raise TypeError(f"scenario() wants a function, found {function!r}")

    def declare(made: Function) -> Function:
        REGISTRY.scenarios.append(
            Scenario(
                name=name_of(made),
                function=made,
                weight=weight,
                role=users,
                max_concurrency=max_concurrency,
                timeout_s=timeout_s,
                place=place_of(made),
            )
        )
        return made

    return declare if function is None else declare(function)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_count(value: object) -> bool:
    return isinstance(value, int) and value >= 1


def _is_time(value: object) -> bool:
    return value is None or (isinstance(value, (int, float)) and value > 0)


def _entries(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, Sequence) else ()


def on_login(function: Function) -> Function:
    """Call a function with each virtual user that has just logged in, before the load: to choose a tenant, say."""
    REGISTRY.on_login.append(function)
    return function
