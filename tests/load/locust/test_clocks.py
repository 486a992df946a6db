"""How far another clock is away is told by messages there and back."""

from loadaudit.load.locust.clocks import Clock


def test_quickest_message_counts() -> None:
    """A slow message does not change what a quick one has shown."""
    clock = Clock()
    clock.add(sent_ns=0, received_ns=100, wall_ns=1_100, their_monotonic_ns=10_050, their_wall_ns=6_050)
    clock.add(sent_ns=200, received_ns=900, wall_ns=1_900, their_monotonic_ns=10_200, their_wall_ns=6_200)
    assert (clock.count, clock.round_trip_ns) == (2, 100)
    assert clock.monotonic_offset_ns == 10_000
    assert clock.wall_offset_ns == 5_000
