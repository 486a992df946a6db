"""Methods of frameworks whose effect is known, so that nobody needs to follow them."""

import types
from collections.abc import Callable
from typing import Any

from django.db import models
from django.forms import modelform_factory

from loadaudit.inventory.bodies.quiet import quietly, request_of_nobody
from loadaudit.inventory.bodies.reading.frame import Arguments, Frame
from loadaudit.inventory.bodies.reading.uses import evidence_of, is_taking, use_form, use_serializer
from loadaudit.inventory.bodies.reading.values import AnyOf, Constant, Marker, Shape, Value
from loadaudit.records import Evidence

_FRAMEWORKS = ("django.", "rest_framework.")


def terminal(frame: Frame, function: types.FunctionType, arguments: Arguments) -> Value | None:
    """Return what a framework's method returns, or None when the function is none of those."""
    handler = _TERMINALS.get((function.__module__.partition(".")[0], function.__qualname__))
    return handler(frame, arguments) if handler is not None else None


def is_framework(method: object) -> bool:
    """Whether a method is as its framework made it."""
    return (getattr(method, "__module__", "") or "").startswith(_FRAMEWORKS)


def attribute(frame: Frame, name: str) -> Any:
    """Return an attribute of the view, those given to `as_view` first."""
    initkwargs = frame.reading.view.initkwargs
    return initkwargs[name] if name in initkwargs else getattr(frame.scope.bound_to, name, None)


def class_from(frame: Frame, method: str) -> tuple[Any, bool]:
    """Return the first class that `get_form_class` or `get_serializer_class` returns, and whether it is declared."""
    classes, declared = classes_from(frame, method)
    return classes[0], declared


def classes_from(frame: Frame, method: str) -> tuple[tuple[Any, ...], bool]:
    """Return the classes of which a method returns one, and whether the view declares it; None for an unknown one."""
    function = getattr(frame.scope.bound_to, method, None)
    if not isinstance(function, types.FunctionType):
        return (None,), False
    known = terminal(frame, function, Arguments())
    if known is None:
        known = frame.machine.follow(frame, function, Arguments(), frame.scope.bound_to, always=True)
    if isinstance(known, AnyOf):
        return tuple(one.value for one in known.values), False
    made = known.value if isinstance(known, Constant) else None
    if not is_taking(made):
        made = quietly(lambda: _asked(frame, method))
    return (made,), is_framework(function)


def _asked(frame: Frame, method: str) -> Any:
    """Ask an instance that handles no request, when the source is beyond reading."""
    reading = frame.reading
    if frame.scope.bound_to is None:
        return None
    view: Any = frame.scope.bound_to(**reading.view.initkwargs)
    view.request = request_of_nobody(reading.method)
    view.args, view.kwargs, view.object = (), {}, None
    if reading.view.actions is not None:
        view.action = reading.action
    return getattr(view, method)()


def view_form(frame: Frame, arguments: Arguments) -> Value | None:
    """Bind the form of a generic view to the request."""
    given = arguments.get(0, "form_class")
    classes, declared = classes_from(frame, "get_form_class")
    if isinstance(given, Constant) and isinstance(given.value, type):
        classes, declared = (given.value,), False
    elif isinstance(given, AnyOf):
        classes, declared = tuple(one.value for one in given.values), False
    # A PUT arrives at the form too, but without data: Django parses the form of a POST only.
    if not is_taking(classes[0]) or frame.reading.method != "POST":
        return Constant(None)
    bound = Arguments(named={"data": frame.reading.data("form")})
    prefix = attribute(frame, "prefix")
    if isinstance(prefix, str):
        bound.named["prefix"] = Constant(prefix)
    evidence = evidence_of(frame) if declared else Evidence.INFERRED
    frame.doubt += len(classes) > 1
    try:
        made = [use_form(frame, one, bound, evidence) for one in classes]
    finally:
        frame.doubt -= len(classes) > 1
    return made[0]


def _form_class(frame: Frame, arguments: Arguments) -> Value | None:
    return Constant(attribute(frame, "form_class"))


def _model_form_class(frame: Frame, arguments: Arguments) -> Value | None:
    made = attribute(frame, "form_class")
    if made is not None:
        return Constant(made)
    fields = attribute(frame, "fields")
    model = attribute(frame, "model") or getattr(attribute(frame, "queryset"), "model", None)
    if model is None:
        model = frame.models.own_model
    if fields is None or not (isinstance(model, type) and issubclass(model, models.Model)):
        return Constant(None)
    make: Callable[[], Any] = lambda: modelform_factory(model, fields=fields)  # noqa: E731
    return Constant(quietly(make))


def _serializer_class(frame: Frame, arguments: Arguments) -> Value | None:
    return Constant(attribute(frame, "serializer_class"))


def view_serializer(frame: Frame, arguments: Arguments) -> Value | None:
    """Give data to the serializer of a DRF view."""
    data = arguments.get(1, "data")
    if not isinstance(data, Shape):
        return Constant(None)
    made, declared = class_from(frame, "get_serializer_class")
    evidence = evidence_of(frame) if declared else Evidence.INFERRED
    return use_serializer(frame, made, arguments, evidence)


def _nothing(frame: Frame, arguments: Arguments) -> Value | None:
    return Constant(None)


def _request(frame: Frame, arguments: Arguments) -> Value | None:
    return Marker.REQUEST


_TERMINALS: dict[tuple[str, str], Callable[[Frame, Arguments], Value | None]] = {
    ("django", "FormMixin.get_form"): view_form,
    ("django", "FormMixin.get_form_class"): _form_class,
    ("django", "ModelFormMixin.get_form_class"): _model_form_class,
    ("django", "View.dispatch"): _nothing,
    ("rest_framework", "GenericAPIView.get_serializer"): view_serializer,
    ("rest_framework", "GenericAPIView.get_serializer_class"): _serializer_class,
    ("rest_framework", "GenericAPIView.get_object"): _nothing,
    ("rest_framework", "GenericAPIView.get_queryset"): _nothing,
    ("rest_framework", "GenericAPIView.filter_queryset"): _nothing,
    ("rest_framework", "APIView.initialize_request"): _request,
    ("rest_framework", "APIView.dispatch"): _nothing,
}
