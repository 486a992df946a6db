"""The facts of an operation in a few words each, as the tables show them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from loadaudit.records import (
    Access,
    Body,
    BodyField,
    BodyKind,
    Evidence,
    Inventory,
    Kind,
    LeftOut,
    Operation,
    Parameter,
    Problem,
    Risk,
)
from loadaudit.reporting import units


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryCount:
    """How many operations of one category there are, by kind and by risk."""

    category: str
    total: int
    kinds: dict[Kind, int]
    risks: dict[Risk, int]


def marked(text: str, evidence: Evidence) -> str:
    """Return a fact with a question mark when it is only assumed."""
    return f"{text}?" if evidence is Evidence.ASSUMED else text


def access_text(access: Access) -> str:
    """Return who may call an operation in a few words."""
    needs = [_("staff")] if access.staff else [_("login")] if access.login else []
    needs += access.permissions
    if access.api_key:
        needs.append(_("API key"))
    return ", ".join(needs or [_("anyone")])


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


def _field(field: BodyField) -> str:
    inner = ", ".join(_field(one) for one in field.fields)
    many = "[]" if field.many else ""
    return f"{field.name}{many}{'*' if field.required else ''}" + (f"({inner})" if inner else "")


def notes(inventory: Inventory) -> tuple[str, ...]:
    """Return problems of the URLconf, groups left out, and notes, one line each."""
    return (
        *(_problem(one) for one in inventory.problems),
        *(_left_out(one) for one in inventory.left_out),
        *inventory.notes,
    )


def category_counts(operations: Sequence[Operation]) -> tuple[CategoryCount, ...]:
    """Return a count per category, in the order in which categories first appear, which adds up to the total."""
    names = dict.fromkeys(one.category for one in operations)
    return tuple(_count(name, [one for one in operations if one.category == name]) for name in names)


def total_count(operations: Sequence[Operation]) -> CategoryCount:
    """Return the count of all operations."""
    return _count(_("Total"), operations)


def evidence_text(operations: Sequence[Operation]) -> str:
    """Return how the methods are known, as `methods: 120 declared, 30 inferred, 17 assumed`."""
    known = Counter(one.method_evidence for one in operations)
    parts = [f"{units.count(known[evidence])} {evidence.value}" for evidence in Evidence if known[evidence]]
    return _("methods: %(parts)s") % {"parts": ", ".join(parts)}


def long_facts(one: Operation) -> Iterator[tuple[str, str, Evidence]]:
    """Yield the facts that a row has no room for: name, text, evidence."""
    declared = Evidence.DECLARED
    yield _("view"), f"{one.view} ({one.file}:{one.line})" if one.file else one.view, declared
    if one.name:
        yield _("name"), one.name, declared
    yield _("app"), one.app, Evidence.INFERRED
    yield _("kind"), one.kind.value, one.kind_evidence
    if one.urlconf:
        yield _("URLconf"), f"{one.urlconf} {one.host}".strip(), declared
    for parameter in one.parameters:
        yield _("parameter"), _long_parameter(parameter), parameter.evidence if parameter.model else declared
    if one.body.kind is not BodyKind.NONE:
        source = f", {one.body.source}" if one.body.source else ""
        yield _("body"), f"{body_text(one.body)}{source}", one.body.evidence
    if one.access.csrf_exempt:
        yield _("CSRF"), _("exempt"), one.access.csrf_evidence


def _long_parameter(parameter: Parameter) -> str:
    owner = f", {_('owned by')} {parameter.owner_field}" if parameter.owner_field else ""
    parent = f", {_('child of')} {parameter.parent} ({parameter.parent_field})" if parameter.parent else ""
    return parameter_text(parameter) + owner + parent


def _count(name: str, operations: Sequence[Operation]) -> CategoryCount:
    return CategoryCount(
        category=name,
        total=len(operations),
        kinds={kind: sum(one.kind is kind for one in operations) for kind in Kind},
        risks={risk: sum(one.risk is risk for one in operations) for risk in Risk},
    )


def _problem(problem: Problem) -> str:
    place = f" ({problem.file}:{problem.line})" if problem.file else ""
    return f"{problem.code}: {problem.route}: {problem.detail}{place}"


def _left_out(group: LeftOut) -> str:
    return _("left out: %(count)s operations of %(group)s; %(option)s includes them") % {
        "count": units.count(group.operation_count),
        "group": group.group,
        "option": group.option,
    }
