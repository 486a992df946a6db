"""Batches in which samples and traces are handed over: rows without names, because there are many."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from loadaudit.records import Lane, Sample, Trace
from loadaudit.runfile.codec import from_plain, to_plain

_LANES = {lane.value: lane for lane in Lane}


def batch_of(samples: Sequence[Sample], traces: Sequence[Trace]) -> dict[str, Any]:
    """Return a document of plain values."""
    # The lane comes last, so that it can be replaced without counting.
    return {"samples": [(*one[:-1], str(one[-1])) for one in samples], "traces": to_plain(traces)}


def encode_batch(samples: Sequence[Sample], traces: Sequence[Trace]) -> str:
    """Return a batch as one line of JSON, without its end."""
    return json.dumps(batch_of(samples, traces), separators=(",", ":"))


def samples_of(document: Mapping[str, Any]) -> tuple[Sample, ...]:
    """Return the samples of a batch."""
    return tuple(Sample._make((*row[:-1], _LANES[row[-1]])) for row in document["samples"])


def traces_of(document: Mapping[str, Any]) -> tuple[Trace, ...]:
    """Return the traces of a batch."""
    return tuple(from_plain(Trace, entry) for entry in document["traces"])
