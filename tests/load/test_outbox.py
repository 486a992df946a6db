"""How a load worker hands its samples over."""

from io import BytesIO

import pytest

from loadaudit.load.frames import read_frames
from loadaudit.load.outbox import BATCH, PIECE, Outbox
from tests.analysis.factories import sample


def sizes(count: int) -> list[int]:
    """Return the sizes of the batches in which so many samples are written."""
    stream = BytesIO()
    outbox = Outbox(stream)
    for number in range(count):
        outbox.add(sample(number), None)
    outbox.flush()
    stream.seek(0)
    return [len(one["samples"]) for one in read_frames(stream)]


@pytest.mark.parametrize(
    ("count", "batches"),
    [(0, []), (PIECE + 1, [PIECE, 1]), (2 * BATCH + 1, [BATCH, BATCH, 1])],
    ids=("none", "few", "many"),
)
def test_few_samples_go_in_pieces(count: int, batches: list[int]) -> None:
    """Requests that are due begin between two of them; a load in a loop has no such times, and large batches."""
    assert sizes(count) == batches
