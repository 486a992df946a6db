"""Work that takes a known time: what the demo does in place of real computation."""

import time


def burn_cpu(seconds: float) -> int:
    """Compute in pure Python until this thread has used `seconds` of CPU; return the number of rounds."""
    deadline = time.thread_time() + seconds
    rounds = 0
    while time.thread_time() < deadline:
        sum(number * number % 7 for number in range(500))
        rounds += 1
    return rounds


def think(seconds: float) -> None:
    """Wait as a slow collaborator would, without holding a transaction."""
    time.sleep(seconds)
