"""Reads what one operation of a view does with its body."""

import types
from collections.abc import Mapping

from loadaudit.inventory.bodies.reading.clues import has_clues
from loadaudit.inventory.bodies.reading.entries import functions_of
from loadaudit.inventory.bodies.reading.frame import Arguments, Reading
from loadaudit.inventory.bodies.reading.machine import run
from loadaudit.inventory.bodies.reading.values import Constant, Marker, Value
from loadaudit.inventory.source.unwrap import Unwrapped


def read_view(view: Unwrapped, method: str, handed: Mapping[str, type]) -> tuple[Reading, bool]:
    """Follow the view's code for one method, with the classes that its route hands to it.

    The second value says whether there is any code.
    """
    action = (view.actions or {}).get(method.lower(), "")
    reading = Reading(view=view, method=method, action=action)
    readable = False
    named: dict[str, Value | None] = {name: Constant(value) for name, value in handed.items()}
    for function in functions_of(view, method):
        readable = True
        # What ran before may have left values on the request, under names that say nothing.
        if reading.kinds or has_clues(function, view.bound_to):
            run(reading, function, Arguments(positional=[Marker.REQUEST], named=named), view.bound_to)
    return reading, readable


def read_ninja(view: Unwrapped, method: str, function: types.FunctionType, given: dict[str, Value | None]) -> Reading:
    """Follow the function of a ninja operation, whose arguments come from its schemas."""
    reading = Reading(view=view, method=method)
    run(reading, function, Arguments(positional=[Marker.REQUEST], named=given), None)
    return reading
