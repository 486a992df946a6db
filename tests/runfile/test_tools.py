"""What a load tool said and who sent the load come back from the run file as they were stored."""

from pathlib import Path

from loadaudit.records import LoadNode, ToolVerdict
from loadaudit.runfile.reader import RunFile
from loadaudit.runfile.writer import RunWriter
from tests.runfile.builders import info

NODE = LoadNode(name="b-2", users=2, samples=0, clock_offset_ns=-5, round_trip_ns=7)


def test_verdicts_come_back_without_secrets(tmp_path: Path) -> None:
    """Numbers, names and words stay; values of queries and of secret-looking names do not."""
    path = tmp_path / "run.loadaudit"
    with RunWriter(path, info()) as writer:
        writer.add_tool_verdicts(
            [
                ToolVerdict(number=3, numbers=(3, 4), method="GET", name="/a/?key=s3cret", failure="password: s3cret"),
                ToolVerdict(number=1, numbers=(1,), method="POST", name="hidden"),
            ]
        )
    with RunFile(path) as run:
        first, second = run.tool_verdicts()
    assert (first.number, first.numbers, first.name, first.failure) == (1, (1,), "hidden", "")
    assert second.numbers == (3, 4)
    assert "s3cret" not in second.name + second.failure


def test_nodes_are_replaced_by_what_is_known_later(tmp_path: Path) -> None:
    """A worker is stored once, as it was at the end."""
    path = tmp_path / "run.loadaudit"
    later = LoadNode(name="b-2", users=2, samples=9, clock_offset_ns=-5, round_trip_ns=7, lost="gone")
    with RunWriter(path, info()) as writer:
        writer.add_load_nodes([NODE])
        writer.add_load_nodes([later])
    with RunFile(path) as run:
        assert run.load_nodes() == (later,)
