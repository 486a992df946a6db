"""The runs folder: what a user means by RUN, and what a list shows."""

from pathlib import Path

import pytest

from loadaudit.errors import UsageError
from loadaudit.runfile.folder import check_label, find_run, list_runs, new_run_id, path_of, prepare
from tests.runfile.builders import write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three runs, the newest broken, the two others with one label."""
    for day, label in (("01", "nightly"), ("02", "nightly"), ("03", "after-index")):
        run_id = f"202601{day}-120000-aaaa"
        write(path_of(tmp_path, run_id), id=run_id, label=label)
    path_of(tmp_path, "20260104-120000-aaaa").write_text("broken")
    return tmp_path


def test_latest_readable_run_is_the_default(folder: Path) -> None:
    """A broken newest file does not hide the run before it."""
    assert find_run(folder, "").stem == "20260103-120000-aaaa"


def test_label_means_its_newest_run(folder: Path) -> None:
    """Labels are used again."""
    assert find_run(folder, "nightly").stem == "20260102-120000-aaaa"


def test_id_means_its_run(folder: Path) -> None:
    """The id reaches an older run of a label too."""
    assert find_run(folder, "20260101-120000-aaaa").stem == "20260101-120000-aaaa"


def test_path_means_its_file(folder: Path, tmp_path: Path) -> None:
    """A file from elsewhere is read where it is."""
    path = write(tmp_path / "from-ci.loadaudit")
    assert find_run(folder, str(path)) == path


@pytest.mark.parametrize("reference", ["nigthly", "x" * 5_000, "\0"])
def test_unknown_run_is_explained(folder: Path, reference: str) -> None:
    """The message says where was looked, the hint names labels that exist."""
    with pytest.raises(UsageError, match="There is no run") as caught:
        find_run(folder, reference)
    assert "nightly" in caught.value.hint
    assert "loadaudit runs" in caught.value.hint


@pytest.mark.parametrize("name", ["", "missing"])
def test_folder_without_runs_says_how_to_make_one(tmp_path: Path, name: str) -> None:
    """Before the first run there may be no folder."""
    with pytest.raises(UsageError, match="no run in") as caught:
        find_run(tmp_path / name, "")
    assert "loadaudit run" in caught.value.hint


def test_list_is_newest_first_with_the_broken_file_among_the_others(folder: Path) -> None:
    """One bad file does not cost the list."""
    entries = list_runs(folder)
    assert [one.path.stem[:8] for one in entries] == ["20260104", "20260103", "20260102", "20260101"]
    assert entries[0].info is None
    assert "cannot be read" in entries[0].problem
    assert [one.info.label for one in entries if one.info] == ["after-index", "nightly", "nightly"]
    assert all(one.size_bytes == one.path.stat().st_size for one in entries)


def test_dangling_link_is_listed_as_a_problem(folder: Path) -> None:
    """The file behind a link may be gone."""
    (folder / "20260105.loadaudit").symlink_to(folder / "gone")
    assert list_runs(folder)[0].info is None


def test_other_files_are_not_listed(folder: Path) -> None:
    """Reports lie beside the runs."""
    (folder / "report.html").write_text("")
    assert len(list_runs(folder)) == 4


def test_prepared_folder_ignores_itself_in_git(tmp_path: Path) -> None:
    """Runs are not committed by accident."""
    prepare(tmp_path / "deep" / "runs")
    assert (tmp_path / "deep" / "runs" / ".gitignore").read_text() == "*\n"


def test_own_gitignore_is_left_alone(tmp_path: Path) -> None:
    """Whoever wants to commit runs may."""
    (tmp_path / ".gitignore").write_text("!*\n")
    prepare(tmp_path)
    assert (tmp_path / ".gitignore").read_text() == "!*\n"


def test_folder_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    """A file is in the way."""
    (tmp_path / "runs").write_text("")
    with pytest.raises(UsageError, match="runs") as caught:
        prepare(tmp_path / "runs")
    assert "RUNS_DIR" in caught.value.hint


def test_run_ids_sort_by_time() -> None:
    """The name of a file tells its age."""
    assert new_run_id(1_700_000_000) < new_run_id(1_700_000_001)


def test_run_ids_of_one_second_differ() -> None:
    """Two runs may start together."""
    assert len({new_run_id(0) for _ in range(20)}) > 1


@pytest.mark.parametrize("label", ["a", "before-index", "v1.2+3@main", "größe", "x" * 64])
def test_label_may_be_a_word(label: str) -> None:
    """Letters, digits and a few signs."""
    assert check_label(label) == label


@pytest.mark.parametrize("label", ["", "two words", "-x", "../up", "a/b", "x" * 65, "line\n", "a'b"])
def test_label_that_would_need_quoting_is_refused(label: str) -> None:
    """It has to fit a file name and a command line."""
    with pytest.raises(UsageError, match="--label"):
        check_label(label)
