"""Files that rows name and that no storage has."""

from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from loadaudit.planning.making.files import missing_file
from loadaudit.planning.making.rows import RowMaker
from loadaudit.records import ServerException
from tests.analysis.factories import trace


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    """An empty folder of uploads."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


def maker() -> RowMaker:
    """Return what makes files without a fence."""
    return RowMaker(fence=nullcontext, today=date(2026, 3, 1))


def failed(message: str, kind: str = "FileNotFoundError") -> str:
    """Return the path of the file that a view with this exception missed."""
    return missing_file(trace(exception=ServerException(type=kind, message=message, fingerprint="f")))


def test_the_file_that_a_view_missed() -> None:
    assert failed("[Errno 2] No such file or directory: '/srv/media/a/b.pdf'") == "/srv/media/a/b.pdf"
    assert failed("no file") == ""
    assert failed("'/srv/media/a'", "KeyError") == ""
    assert missing_file(None) == ""


def test_a_file_is_made_where_uploads_are(media: Path) -> None:
    """Once, and of the kind that its name says."""
    rows = maker()
    assert rows.make_file(str(media / "photos" / "a.png"))
    assert (media / "photos" / "a.png").read_bytes().startswith(b"\x89PNG")
    assert not rows.make_file(str(media / "photos" / "a.png"))
    assert rows.notes() == ("1 file was made in the run that rows name and the storage does not have.",)


def test_no_file_is_made_elsewhere(media: Path, tmp_path: Path) -> None:
    """What a view opens past the storages is nothing that a row could name."""
    assert not maker().make_file(str(tmp_path / "elsewhere.txt"))
    assert not (tmp_path / "elsewhere.txt").exists()
