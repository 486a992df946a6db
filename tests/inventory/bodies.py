"""What the inventory says about the body of one view, in a short notation."""

from collections.abc import Callable
from typing import Any

from loadaudit.inventory.bodies.wanted import body_of
from loadaudit.inventory.source.unwrap import unwrap
from loadaudit.records import Body, BodyField


def told(view: Callable[..., Any], method: str = "POST") -> Body:
    """Return the body of a view."""
    return body_of(unwrap(view), method)


def wanted(view: Callable[..., Any], method: str = "POST") -> dict[str, str]:
    """Return the fields of a view's body, each in brief."""
    return {one.name: brief(one) for one in told(view, method).fields}


def brief(one: BodyField) -> str:
    """Write a field as `integer[]!`, a list of whole numbers that must be sent, and what else is known of it."""
    if one.fields:
        inner = ", ".join(f"{inside.name}: {brief(inside)}" for inside in one.fields)
        kind = f"{{{inner}}}"
    else:
        kind = one.type
    limits = [
        f"-> {one.model}.{one.model_field}" if one.model else "",
        f"({'|'.join(one.choices)})" if one.choices else "",
        f"= {one.default}" if one.default is not None else "",
        f"<= {one.max_length} characters" if one.max_length is not None else "",
        f">= {one.minimum:g}" if one.minimum is not None else "",
        f"<= {one.maximum:g}" if one.maximum is not None else "",
        f"/{one.pattern}/" if one.pattern else "",
        "unique" if one.unique else "",
    ]
    text = kind + ("[]" if one.many else "") + ("!" if one.required else "")
    return " ".join([text, *(limit for limit in limits if limit)])
