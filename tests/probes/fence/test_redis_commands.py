"""The table of commands, against what a real server says of its own."""

from __future__ import annotations

from typing import Any

import pytest
import redis

from loadaudit.probes.fence.redis_commands import (
    KEYED_SUBCOMMANDS,
    KEYLESS,
    NUMBERED,
    POSITIONS,
    SUBCOMMANDS,
)
from tests import servers

HAVE_RULES_OF_THEIR_OWN = frozenset(
    [
        "GEORADIUS",
        "GEORADIUSBYMEMBER",
        "KEYS",
        "MSETEX",
        "PUBSUB",
        "SCAN",
        "SCRIPT",
        "SELECT",
        "SORT",
        "SORT_RO",
        "XREAD",
        "XREADGROUP",
    ]
)
REFUSED = frozenset(
    [
        "BGREWRITEAOF",
        "BGSAVE",
        "CLUSTERSCAN",
        "COMMANDLOG",
        "DEBUG",
        "FAILOVER",
        "FCALL",
        "FLUSHALL",
        "FLUSHDB",
        "MIGRATE",
        "MONITOR",
        "MOVE",
        "PFDEBUG",
        "PFSELFTEST",
        "PSYNC",
        "REPLCONF",
        "REPLICAOF",
        "RESTORE-ASKING",
        "SAVE",
        "SHUTDOWN",
        "SLAVEOF",
        "SWAPDB",
        "SYNC",
    ]
)


@pytest.fixture(scope="module")
def commands(redis_server: servers.Redis) -> dict[str, Any]:
    """What the server says of each of its commands."""
    with redis.Redis(port=redis_server.port) as client:
        described: Any = client.command()
    return {name.upper(): one for name, one in described.items()}


def test_keys_are_where_the_server_says(commands: dict[str, Any]) -> None:
    """First and last position and step of every command whose keys are at fixed places."""
    channels = {"PUBLISH", "PSUBSCRIBE", "PUNSUBSCRIBE", "SUBSCRIBE", "UNSUBSCRIBE"}
    for name, place in POSITIONS.items():
        if name in commands and name not in channels:
            one = commands[name]
            assert (one["first_key_pos"], one["last_key_pos"], one["step_count"]) == place, name


def test_every_command_is_known_or_refused_on_purpose(commands: dict[str, Any]) -> None:
    """A command that nobody has looked at would be refused, which is safe, but here none is overlooked."""
    known = {*POSITIONS, *NUMBERED, *KEYLESS, *SUBCOMMANDS, *KEYED_SUBCOMMANDS, *HAVE_RULES_OF_THEIR_OWN}
    assert set(commands) - known == REFUSED
    assert known & REFUSED == set()
