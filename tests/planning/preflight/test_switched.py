"""What a write of the run switches off for all is put back, and the load leaves that write out."""

import pytest
from django.db import models
from django.test.utils import isolate_apps

from loadaudit.planning.preflight import switched
from loadaudit.planning.preflight.judge import Trial
from loadaudit.planning.preflight.switched import Switches, _closes
from tests.analysis.factories import operation, trace, use
from tests.demo.projects.models import Project
from tests.planning.preflight.rows import projects

UPDATE = use('UPDATE "projects_project" SET "is_archived" = %s WHERE "projects_project"."id" = %s')


@pytest.mark.django_db
def test_a_switch_that_was_turned_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a request has written to its table; what opens stays, and rows that came since are left alone."""
    known = {"projects_project": (Project, ("is_archived",))}
    monkeypatch.setattr(switched, "_switches", lambda: known)
    shut, opened = projects(("active", False), ("active", True))
    asleep, switches = Switches(), Switches()
    switches.watch()
    new = Project.objects.create(owner=shut.owner, name="new", is_archived=True, created_at=shut.created_at)
    Project.objects.filter(pk=shut.pk).update(is_archived=True)
    Project.objects.filter(pk=opened.pk).update(is_archived=False)
    write, other = operation("POST /p/archive/"), operation("POST /p/")
    asleep.put_back(write.id, trace(1, write.id, statements=(UPDATE,)))
    switches.put_back(other.id, trace(1, other.id))
    assert Project.objects.get(pk=shut.pk).is_archived
    assert switches.notes() == ()
    switches.put_back(write.id, trace(1, write.id, statements=(UPDATE,)))
    assert [Project.objects.get(pk=one.pk).is_archived for one in (shut, opened, new)] == [False, False, True]
    assert "projects.Project.is_archived" in switches.notes()[0]
    trials = switches.set_apart({one.id: Trial(operation=one, best=None, tries=0) for one in (write, other)})
    assert [one.closes for one in trials.values()] == [True, False]


@pytest.mark.parametrize(
    ("name", "before", "now", "closes"),
    [
        ("billing_enabled", True, False, True),
        ("billing_enabled", False, True, False),
        ("modules_off", ["a"], ["a", "b"], True),
        ("maintenance_mode", False, True, True),
        ("require_approval", True, False, False),
    ],
)
def test_which_change_may_shut_somebody_out(*, name: str, before: object, now: object, closes: bool) -> None:
    """A flag by its name, and whatever a document says."""
    assert _closes(name, before, now) is closes


@isolate_apps("tests.planning.extra")
def test_settings_of_one_user_are_no_switches() -> None:
    """Nobody else finds anything closed by them."""

    class ClinicSettings(models.Model):
        open = models.BooleanField(default=True)

        class Meta:
            app_label = "extra"

    class UserSettings(models.Model):
        user = models.OneToOneField("accounts.User", models.CASCADE, related_name="+")
        dark = models.BooleanField(default=True)

        class Meta:
            app_label = "extra"

    assert not list(switched._owners(ClinicSettings))
    assert len(list(switched._owners(UserSettings))) == 1
