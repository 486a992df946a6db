"""Rows that the run makes, told from those that were there before."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from loadaudit.planning.rows import ANY, NEWEST, with_maker
from loadaudit.planning.rows_before import OF_THE_RUN, rows_there
from loadaudit.records import Identity
from tests.demo.accounts.models import User
from tests.demo.batch.models import BatchJob
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

    def made(model: type[Category | Session | BatchJob], *, newest: bool = False) -> list[tuple[object, str]]:
        which = replace(NEWEST if newest else ANY, before=before)
        _, found = with_maker(model, (), ["pk"], anyone, which)
        return [(key, maker) for (key,), maker in found]

    assert made(Category) == [(old.pk, ""), (new.pk, OF_THE_RUN)]
    assert made(Category, newest=True) == [(new.pk, OF_THE_RUN), (old.pk, "")]
    keys = [UUID(int=number) for number in (7, 2, 9)]
    for number, key in enumerate(keys):
        owner = User.objects.create(username=f"{number}", email=f"{number}@example.com")
        BatchJob.objects.create(pk=key, owner=owner, title="job", created_at=timezone.now())
    # SQLite tells in which order they came; a key of chance would not.
    in_order = keys if connection.vendor == "sqlite" else sorted(keys)
    assert [key for key, _ in made(BatchJob)] == in_order
    assert made(Session) == [("m", ""), ("a", OF_THE_RUN)]
