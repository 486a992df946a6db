"""Rows whose texts are kept by language in another table."""

from typing import Any

import pytest
from django.db import models
from django.test.utils import isolate_apps
from django.utils import translation

from loadaudit.planning.making.translated import language_of_pages, row_of_texts, texts_of, usual_language


class _Text:
    """What is set through a row."""

    def __get__(self, row: object, owner: Any = None) -> Any:
        """Return what was set."""
        return self

    def __set__(self, row: object, value: object) -> None:
        """Take whatever comes."""


@isolate_apps("tests.planning.making")
def test_texts_are_those_that_are_set_through_the_row() -> None:
    """A table of files in several languages has none, though the row has a file of its own."""

    class Book(models.Model):
        cover = models.FileField()
        title = _Text()

        class Meta:
            app_label = "making"

    class BookText(models.Model):
        language_code = models.CharField(max_length=9)
        title = models.CharField(max_length=9)
        master = models.ForeignKey(Book, models.CASCADE, related_name="texts")

        class Meta:
            app_label = "making"

    class Cover(models.Model):
        language_code = models.CharField(max_length=9)
        cover = models.FileField()
        book = models.ForeignKey(Book, models.CASCADE)

        class Meta:
            app_label = "making"

    assert [one.name for one in texts_of(Book)] == ["title"]
    assert row_of_texts(BookText).name == "master"
    assert row_of_texts(Cover) is None
    assert list(texts_of(Cover)) == []


@pytest.mark.parametrize(("code", "expected"), [("en-us", "en"), ("fr", "fr")])
def test_the_language_is_that_of_the_pages(code: str, expected: str, settings: Any) -> None:
    """Which is another one than that of the settings where those name none that there is."""
    settings.LANGUAGES, settings.LANGUAGE_CODE = [("en", "English")], code
    assert usual_language() == expected
    with language_of_pages():
        assert translation.get_language() == expected
