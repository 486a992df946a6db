"""Documents in a pipe, whole or not at all."""

from io import BytesIO
from typing import Any

import pytest

from loadaudit.load.batches import batch_of, encode_batch, samples_of, traces_of
from loadaudit.load.frames import read_frames, write_frame
from loadaudit.records import Lane
from tests.load.builders import trace
from tests.runfile.builders import sample


def test_what_is_written_is_read() -> None:
    """In order, with its types."""
    stream = BytesIO()
    documents: list[dict[str, Any]] = [{"samples": [(1, "a", True)]}, {"finished": "", "dropped": {"light": 2}}]
    for one in documents:
        write_frame(stream, one)
    stream.seek(0)
    assert list(read_frames(stream)) == documents


@pytest.mark.parametrize("lost_bytes", [1, 5, 20])
def test_a_document_that_was_cut_off_is_left_out(lost_bytes: int) -> None:
    """Its worker was killed while it wrote; what came before counts."""
    stream = BytesIO()
    for number in range(2):
        write_frame(stream, {"number": number, "text": "x" * 20})
    cut = BytesIO(stream.getvalue()[:-lost_bytes])
    assert [one["number"] for one in read_frames(cut)] == [0]


def test_a_batch_is_the_same_behind_the_pipe() -> None:
    """Samples and traces are what they were."""
    samples, traces = (sample(1), sample(2, lane=Lane.LIGHT, path="/ä/")), (trace(1),)
    stream = BytesIO()
    write_frame(stream, batch_of(samples, traces))
    stream.seek(0)
    (document,) = read_frames(stream)
    assert samples_of(document) == samples
    assert traces_of(document) == traces
    assert "\n" not in encode_batch(samples, traces)
