"""The inventory and its changes as JSON documents; docs/inventory.md describes them."""

from collections.abc import Sequence
from typing import Any

from loadaudit.inventory.changes import Changes
from loadaudit.records import Evidence, Inventory, Operation
from loadaudit.reporting.inventory_counts import category_counts
from loadaudit.runfile.codec import to_plain

FORMAT_VERSION = 1

Document = dict[str, Any]


def inventory_document(inventory: Inventory) -> Document:
    """Return the inventory with the evidence of every fact."""
    return {
        "format_version": FORMAT_VERSION,
        "total": len(inventory.operations),
        "categories": [to_plain(one) for one in category_counts(inventory.operations)],
        "operations": [operation_document(one) for one in inventory.operations],
        "problems": to_plain(inventory.problems),
        "left_out": to_plain(inventory.left_out),
        "included": list(inventory.included),
        "notes": list(inventory.notes),
    }


def changes_document(changes: Changes, notes: Sequence[str] = ()) -> Document:
    """Return what changed; what was added or removed comes with all its facts."""
    kinds = ("added", "removed", "moved", "changed")
    return {
        "format_version": FORMAT_VERSION,
        "any": bool(changes),
        "totals": {kind: len(getattr(changes, kind)) for kind in kinds},
        "added": [operation_document(one) for one in changes.added],
        "removed": [operation_document(one) for one in changes.removed],
        "moved": to_plain(changes.moved),
        "changed": to_plain(changes.changed),
        "notes": list(notes),
    }


def operation_document(one: Operation) -> Document:
    """Return the facts of an operation, and one evidence per fact."""
    return {**to_plain(one), "evidence": _evidence(one)}


def _evidence(one: Operation) -> Document:
    """Return how each fact of an operation is known; what the URLconf itself says is declared."""
    declared, access = Evidence.DECLARED.value, one.access
    return {
        "method": one.method_evidence.value,
        **dict.fromkeys(
            ("route", "pattern", "name", "other_names", "namespaces", "catch_all", "urlconf", "host"), declared
        ),
        "app": Evidence.INFERRED.value,
        **dict.fromkeys(("view", "file", "line"), one.view_evidence.value),
        "parameters": {parameter.name: parameter.evidence.value for parameter in one.parameters},
        "owners": {found.name: found.owner_evidence.value for found in one.parameters if found.owner_field},
        "parents": {found.name: found.parent_evidence.value for found in one.parameters if found.parent},
        "login": access.login_evidence.value,
        "staff": access.staff_evidence.value,
        "superuser": access.superuser_evidence.value,
        "permissions": access.permissions_evidence.value,
        "groups": access.groups_evidence.value,
        "attributes": access.attributes_evidence.value,
        "api_key": access.api_key_evidence.value,
        "csrf_exempt": access.csrf_evidence.value,
        "body": one.body.evidence.value,
        "query": one.query_evidence.value,
        "category": one.category_evidence.value,
        "risk": one.risk_evidence.value,
        "kind": one.kind_evidence.value,
    }
