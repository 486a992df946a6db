"""Plan files of killed commands do not stay."""

import json
from pathlib import Path

from loadaudit.audit.engines import remove_dead_plans
from loadaudit.audit.workspace import own_process


def test_only_plans_of_the_dead_are_removed(tmp_path: Path) -> None:
    """One whose command still runs, or of which nobody knows whose it is, is left alone."""
    for name, owner in (("dead", "999999 1.0"), ("alive", own_process())):
        (tmp_path / f"{name}.plan").write_text(json.dumps({"owner": owner}))
    (tmp_path / "foreign.plan").write_text("something else")
    remove_dead_plans(tmp_path)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["alive.plan", "foreign.plan"]
