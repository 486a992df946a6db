"""A finished analysis for every report."""

from pathlib import Path

import pytest

from loadaudit.analysis.result import Analysis
from tests.reporting import samples


@pytest.fixture(scope="session")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    """A run with something of everything."""
    return samples.everything(tmp_path_factory.mktemp("run"))


@pytest.fixture
def empty_analysis(tmp_path: Path) -> Analysis:
    """A run that sent nothing."""
    return samples.nothing(tmp_path)
