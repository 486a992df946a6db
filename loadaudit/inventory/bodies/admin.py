"""The admin's own forms, asked of the ModelAdmin as its views would, with a stand-in for the request."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from loadaudit.inventory.bodies.fields.forms import fields_of_form, is_form
from loadaudit.inventory.bodies.fields.formsets import fields_of_formset, is_formset
from loadaudit.inventory.bodies.fields.models import of_model_field
from loadaudit.inventory.bodies.quiet import quietly
from loadaudit.inventory.bodies.reading.uses import name_of
from loadaudit.inventory.source.unwrap import Unwrapped, plain_function
from loadaudit.records import Body, BodyField, BodyKind, Evidence

# The admin's modules need the apps to be ready, and not every project has it.
if TYPE_CHECKING:
    from django.contrib.admin.options import ModelAdmin


class _Everyone:
    """A user who may do everything."""

    is_active = is_staff = is_superuser = is_authenticated = True
    is_anonymous = False
    pk = id = None

    def has_perm(self, *_: Any) -> bool:
        return True

    has_perms = has_module_perms = has_perm


def admin_body(view: Unwrapped) -> Body | None:
    """Return the body of a ModelAdmin's standard view, or None when the view is not one."""
    owner = getattr(view.target, "__self__", None)
    function = plain_function(view.target)
    if function is None or not any(one.__name__ == "ModelAdmin" for one in type(owner).__mro__):
        return None
    ask = _VIEWS.get(function.__name__)
    if ask is None:
        return None
    admin: Any = owner
    found = quietly(lambda: ask(admin))
    if found is None:
        return Body(kind=BodyKind.FORM, source=f"admin {name_of(type(owner))}", evidence=Evidence.ASSUMED)
    return found


def _request() -> HttpRequest:
    request = HttpRequest()
    request.method = "POST"
    request.user = _Everyone()  # type: ignore[assignment]
    return request


def _add(admin: "ModelAdmin[Any]") -> Body:
    return _form(admin, None)


def _change(admin: "ModelAdmin[Any]") -> Body:
    return _form(admin, admin.model())


def _form(admin: "ModelAdmin[Any]", row: Any) -> Body:
    request = _request()
    form = admin.get_form(request, row, change=row is not None)
    fields = list(fields_of_form(form).fields) if is_form(form) else []
    exact = is_form(form)
    for inline in quietly(lambda: admin.get_inline_instances(request, row)) or ():
        formset = quietly(lambda one=inline: one.get_formset(request, row))  # type: ignore[misc]
        if is_formset(formset):
            fields += fields_of_formset(formset, may_be_empty=True).fields  # type: ignore[arg-type]
        else:
            exact = False
    has_file = any(one.type == "file" for one in fields)
    return Body(
        kind=BodyKind.MULTIPART if has_file else BodyKind.FORM,
        fields=tuple(fields),
        source=f"form {name_of(form)} of {name_of(type(admin))}",
        evidence=Evidence.DECLARED if exact else Evidence.INFERRED,
    )


def _delete(admin: "ModelAdmin[Any]") -> Body:
    confirmed = BodyField(name="post", required=True, choices=("yes",), default="yes")
    return Body(kind=BodyKind.FORM, fields=(confirmed,), source="admin confirmation", evidence=Evidence.DECLARED)


def _list(admin: "ModelAdmin[Any]") -> Body:
    """Return the body of an action on selected rows."""
    names = tuple(quietly(lambda: admin.get_actions(_request())) or ())
    return Body(
        kind=BodyKind.FORM,
        fields=tuple(_action_fields(admin, names)),
        source=f"actions of {name_of(type(admin))}",
        evidence=Evidence.DECLARED if names else Evidence.INFERRED,
    )


def _action_fields(admin: "ModelAdmin[Any]", names: tuple[str, ...]) -> Iterator[BodyField]:
    yield BodyField(name="action", required=True, choices=names)
    key = of_model_field(admin.model._meta.pk)
    yield BodyField(
        name="_selected_action",
        type=key.type,
        required=True,
        many=True,
        model=admin.model._meta.label,
        model_field="pk",
    )
    yield BodyField(name="select_across", type="integer", default="0")
    yield BodyField(name="index", type="integer", default="0")


_VIEWS: dict[str, Callable[["ModelAdmin[Any]"], Body]] = {
    "add_view": _add,
    "change_view": _change,
    "delete_view": _delete,
    "changelist_view": _list,
}
