"""The facts of an operation in a few words each, as the tables show them."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from loadaudit.records import Access, Body, BodyField, BodyKind, Evidence, LeftOut, Operation, Parameter, Problem
from loadaudit.reporting import units

MARKS = {Evidence.DECLARED: "", Evidence.INFERRED: "~", Evidence.ASSUMED: "?"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact in words, with how it is known."""

    name: str
    text: str
    evidence: Evidence


def marked(text: str, evidence: Evidence) -> str:
    """Return a fact with a question mark when it is only assumed."""
    return f"{text}?" if evidence is Evidence.ASSUMED else text


def access_text(access: Access) -> str:
    """Return who may call an operation in a few words."""
    needs = [_("superuser")] if access.superuser else [_("staff")] if access.staff else []
    if access.login and not needs:
        needs.append(_("login"))
    needs += access.permissions
    if access.groups:
        needs.append(groups_text(access.groups))
    needs += access.attributes
    if access.api_key:
        needs.append(_("API key"))
    return ", ".join(needs or [_("anyone")])


def groups_text(groups: Sequence[str]) -> str:
    """Return the groups of which one is enough, in a few words."""
    return _("group %(names)s") % {"names": _(" or ").join(groups)}


def parameter_text(parameter: Parameter) -> str:
    """Return a parameter with what it selects, such as `pk:int=shop.Order.pk`."""
    target = f"={parameter.model}.{parameter.model_field}" if parameter.model else ""
    return f"{parameter.name}:{parameter.converter}{target}"


def body_text(body: Body) -> str:
    """Return the kind of a body with the names of its fields; a star marks those that are required."""
    if body.kind is BodyKind.NONE:
        return ""
    names = ", ".join(_field(one) for one in body.fields)
    return f"{body.kind.value}{'[]' if body.many else ''}({names})" if names else body.kind.value


def body_summary(body: Body) -> str:
    """Return the kind of a body and how many fields it has."""
    if body.kind is BodyKind.NONE:
        return ""
    return f"{body.kind.value} ({len(body.fields)})" if body.fields else body.kind.value


def _field(field: BodyField) -> str:
    inner = ", ".join(_field(one) for one in field.fields)
    many = "[]" if field.many else ""
    return f"{field.name}{many}{'*' if field.required else ''}" + (f"({inner})" if inner else "")


def facts_of(one: Operation) -> Iterator[Fact]:
    """Yield every fact of an operation that its id does not show, each with its evidence."""
    declared, inferred, access = Evidence.DECLARED, Evidence.INFERRED, one.access
    yield Fact(name=_("method"), text=one.method, evidence=one.method_evidence)
    yield Fact(name=_("view"), text=one.view, evidence=one.view_evidence)
    if one.name:
        yield Fact(name=_("name"), text=", ".join((one.name, *one.other_names)), evidence=declared)
    yield Fact(name=_("pattern"), text=one.pattern or "(empty)", evidence=declared)
    if one.catch_all:
        yield Fact(name=_("catch-all"), text=_("matches any path below"), evidence=declared)
    yield Fact(name=_("app"), text=one.app, evidence=inferred)
    if one.urlconf or one.host:
        yield Fact(name=_("URLconf"), text=" ".join(filter(None, (one.urlconf, one.host))), evidence=declared)
    for parameter in one.parameters:
        yield from _facts_of_parameter(parameter)
    yield from facts_of_access(access)
    yield Fact(name=_("body"), text=body_text(one.body) or _("none"), evidence=one.body.evidence)
    if one.query:
        yield Fact(name=_("query"), text=", ".join(map(_field, one.query)), evidence=one.query_evidence)
    if one.body.source:
        yield Fact(name=_("body read from"), text=one.body.source, evidence=one.body.evidence)
    yield Fact(name=_("category"), text=one.category, evidence=one.category_evidence)
    yield Fact(name=_("risk"), text=one.risk.value, evidence=one.risk_evidence)
    yield Fact(name=_("kind"), text=one.kind.value, evidence=one.kind_evidence)


def facts_of_access(access: Access) -> Iterator[Fact]:
    """Yield what an operation demands; that it demands no login is a fact as well."""
    if access.login or access.is_open:
        text = _("needed") if access.login else _("not needed")
        yield Fact(name=_("login"), text=text, evidence=access.login_evidence)
    if access.staff:
        yield Fact(name=_("staff"), text=_("only"), evidence=access.staff_evidence)
    if access.superuser:
        yield Fact(name=_("superuser"), text=_("only"), evidence=access.superuser_evidence)
    if access.permissions:
        yield Fact(name=_("permissions"), text=", ".join(access.permissions), evidence=access.permissions_evidence)
    if access.groups:
        yield Fact(name=_("group"), text=_(" or ").join(access.groups), evidence=access.groups_evidence)
    if access.attributes:
        yield Fact(name=_("user"), text=", ".join(access.attributes), evidence=access.attributes_evidence)
    if access.api_key:
        yield Fact(name=_("API key"), text=_("needed"), evidence=access.api_key_evidence)
    yield Fact(
        name=_("CSRF token"),
        text=_("not checked") if access.csrf_exempt else _("checked"),
        evidence=access.csrf_evidence,
    )


def _facts_of_parameter(parameter: Parameter) -> Iterator[Fact]:
    model = bool(parameter.model)
    evidence = parameter.evidence if model else Evidence.DECLARED
    yield Fact(name=_("parameter"), text=parameter_text(parameter), evidence=evidence)
    if parameter.choices:
        yield Fact(name=f"  {_('one of')}", text=", ".join(parameter.choices), evidence=Evidence.INFERRED)
    if parameter.owner_field:
        text = _("%(field)s is the user") % {"field": parameter.owner_field}
        yield Fact(name=f"  {_('owner')}", text=text, evidence=parameter.owner_evidence)
    if parameter.parent:
        text = f"{parameter.parent} ({parameter.parent_field})"
        yield Fact(name=f"  {_('child of')}", text=text, evidence=parameter.parent_evidence)


def place_text(file: str, line: int) -> str:
    """Return file and line as an editor takes them, relative to the working folder where that is shorter."""
    if not file:
        return ""
    here = os.getcwd() + os.sep  # noqa: PTH109  # compared with text that Python itself wrote
    return f"{file.removeprefix(here)}:{line}"


def problem_text(problem: Problem) -> str:
    """Return a problem on one line, with its place."""
    place = f" ({place_text(problem.file, problem.line)})" if problem.file else ""
    return f"{problem.code}: {problem.route}: {problem.detail}{place}"


def left_out_text(group: LeftOut) -> str:
    """Return how much is left out, and how to include it."""
    return _("left out: %(count)s operations of %(group)s; %(option)s includes them") % {
        "count": units.count(group.operation_count),
        "group": group.group,
        "option": group.option,
    }


def total_text(operations: Sequence[Operation]) -> str:
    """Return how many operations there are."""
    if len(operations) == 1:
        return _("1 operation")
    return _("%(count)s operations") % {"count": units.count(len(operations))}
