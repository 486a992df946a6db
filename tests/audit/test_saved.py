"""Files of inventories hold no path of the machine that wrote them."""

import os
import sysconfig
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from loadaudit.audit.options import Selection
from loadaudit.audit.saved import saved_document
from loadaudit.records import Inventory
from tests.analysis.factories import operation


def kept(file: str | Path) -> str:
    """Return the file of an operation as it is kept."""
    document = saved_document(Inventory(operations=(operation(file=str(file)),)), Selection())
    return str(document["operations"][0]["file"])


def test_a_file_of_the_project_is_relative_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which is where manage.py is, from whatever folder the command is called."""
    monkeypatch.chdir(tmp_path)
    assert kept(Path(settings.BASE_DIR) / "shop" / "views.py") == "tests/demo/shop/views.py"


@override_settings(BASE_DIR=Path("/srv/site"))
def test_a_project_that_is_imported_from_elsewhere() -> None:
    """Its BASE_DIR counts."""
    assert kept("/srv/site/shop/views.py") == "shop/views.py"


def test_an_installed_package_is_relative_to_where_packages_are() -> None:
    """Also in a virtual environment inside the project."""
    assert kept(Path(sysconfig.get_path("purelib")) / "allauth" / "views.py") == "allauth/views.py"


def test_a_package_elsewhere_is_relative_to_the_import_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as one that is installed editable."""
    monkeypatch.syspath_prepend(str(tmp_path))
    assert kept(tmp_path / "shop" / "views.py") == "shop/views.py"


@override_settings(BASE_DIR=None)
def test_the_working_folder_counts_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For settings without BASE_DIR."""
    monkeypatch.chdir(tmp_path)
    assert kept(tmp_path / "shop" / "views.py") == "shop/views.py"


@pytest.mark.parametrize(("file", "name"), [("", ""), (f"{os.sep}nowhere{os.sep}views.py", "views.py")])
def test_what_is_nowhere_keeps_its_name(file: str, name: str) -> None:
    """Views without a file, and files outside of all folders."""
    assert kept(file) == name
