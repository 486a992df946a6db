"""Rows that the run makes, told from those that were there before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from loadaudit.planning.rows import ANY, NEWEST, with_maker
from loadaudit.planning.rows_before import OF_THE_RUN, rows_there
from loadaudit.records import Identity
from tests.demo.catalog.models import Category


@pytest.mark.django_db
def test_rows_of_the_run_come_last_and_say_so() -> None:
    """What destroys had better take the newest; keys that are no numbers are known one by one."""
    old = Category.objects.create(code="A", name="old")
    Session.objects.create(session_key="m", session_data="", expire_date=timezone.now())
    before = rows_there()
    new = Category.objects.create(code="B", name="new")
    Session.objects.create(session_key="a", session_data="", expire_date=timezone.now())
    anyone = Identity(role="anonymous")

    def made(model: type[Category | Session], *, newest: bool = False) -> list[tuple[object, str]]:
        which = replace(NEWEST if newest else ANY, before=before)
        _, found = with_maker(model, (), ["pk"], anyone, which)
        return [(key, maker) for (key,), maker in found]

    assert made(Category) == [(old.pk, ""), (new.pk, OF_THE_RUN)]
    assert made(Category, newest=True) == [(new.pk, OF_THE_RUN), (old.pk, "")]
    assert made(Session) == [("m", ""), ("a", OF_THE_RUN)]
