"""Moves money between the two shared funds."""

import time
from decimal import Decimal

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from tests.demo import flaws
from tests.demo.budgets.models import Fund
from tests.demo.web import read_decimal, read_json

DEADLOCK_GAP_S = 0.05


@login_required
@require_POST
def reserve(request: HttpRequest) -> JsonResponse:
    """Move money from the central fund into the reserve; body: {"amount": "10.00"}."""
    return _transfer("central", "reserve", read_decimal(read_json(request), "amount"))


@login_required
@require_POST
def release(request: HttpRequest) -> JsonResponse:
    """Move money from the reserve back into the central fund; body: {"amount": "10.00"}."""
    return _transfer("reserve", "central", read_decimal(read_json(request), "amount"))


def _transfer(source: str, target: str, amount: Decimal) -> JsonResponse:
    with transaction.atomic():
        lock = _locked_as_asked if flaws.active("deadlock") else _locked_by_name
        funds = lock(source, target)
        funds[source].balance -= amount
        funds[target].balance += amount
        Fund.objects.bulk_update(funds.values(), ["balance"])
    return JsonResponse({"ok": True, "balances": {name: fund.balance for name, fund in funds.items()}})


def _locked_by_name(source: str, target: str) -> dict[str, Fund]:
    funds = Fund.objects.select_for_update().filter(name__in=(source, target)).order_by("name")
    return {fund.name: fund for fund in funds}


def _locked_as_asked(source: str, target: str) -> dict[str, Fund]:
    first = Fund.objects.select_for_update().get(name=source)
    time.sleep(DEADLOCK_GAP_S)
    return {source: first, target: Fund.objects.select_for_update().get(name=target)}
