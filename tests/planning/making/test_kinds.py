"""Parents of which a project has rows of their kinds only."""

import pytest
from django.apps.registry import Apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import models

from loadaudit.planning.making.kinds import of_a_kind, own_kind

KNOWN = Apps()


class Place(models.Model):
    """Whole by itself."""

    class Meta:
        app_label = "kinds"
        apps = KNOWN

    def __str__(self) -> str:
        return str(self.pk)


class Hall(Place):
    """One of them with more."""

    class Meta:
        app_label = "kinds"
        apps = KNOWN


class Job(models.Model):
    """Leaves to its children what it is about."""

    class Meta:
        app_label = "kinds"
        apps = KNOWN

    def __str__(self) -> str:
        return self.title()

    def title(self) -> str:
        """Return what it is about."""
        raise NotImplementedError


class SingleJob(Job):
    """Tells it."""

    class Meta:
        app_label = "kinds"
        apps = KNOWN


class Event(models.Model):
    """Names its kind."""

    kind = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")

    class Meta:
        app_label = "kinds"
        apps = KNOWN

    def __str__(self) -> str:
        return str(self.pk)


class Concert(Event):
    """One of them."""

    class Meta:
        app_label = "kinds"
        apps = KNOWN


@pytest.mark.parametrize(("model", "made"), [(Place, Place), (Job, SingleJob), (Event, Concert), (Concert, Concert)])
def test_a_row_of_a_kind_is_made_of_a_general_model(model: type[models.Model], made: type[models.Model]) -> None:
    """Pages call what only the children have; a parent that is whole stays what it is."""
    assert of_a_kind(model) is made


@pytest.mark.django_db
def test_a_row_names_the_kind_that_it_is() -> None:
    """The content type in a parent is that of the child; one that says what a row is about is left to others."""
    assert own_kind(Concert) == {"kind": ContentType.objects.get_for_model(Concert)}
    assert own_kind(Hall) == {}
    assert own_kind(Permission) == {}
