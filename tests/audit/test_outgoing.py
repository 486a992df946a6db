"""What is said at the end of a run about attempts to reach out of it."""

from loadaudit.audit.outgoing import outgoing_notes


def test_nothing_is_said_of_nothing() -> None:
    """A run that stayed inside needs no sentence."""
    assert outgoing_notes([]) == []


def test_refused_connections_name_operation_host_and_option() -> None:
    """With how often each was tried."""
    attempts = [("POST", "/x/", ("refused api.example.com:443",))] * 12 + [("GET", "", ("refused 192.0.2.7:80",))]
    assert outgoing_notes(attempts) == [
        "2 operations tried to connect elsewhere: POST /x/ → api.example.com:443 (12×), "
        "GET (no route) → 192.0.2.7:80 (1×). Allow it with --allow-outgoing 192.0.2.7 --allow-outgoing api.example.com."
    ]


def test_closed_port_of_loopback_is_allowed_with_its_port() -> None:
    """All others are open there."""
    (note,) = outgoing_notes([("GET", "/m/", ("refused 127.0.0.1:25", "refused [::1]:25", "refused [fd00::2]:25"))])
    assert note.endswith(
        "Allow it with --allow-outgoing 127.0.0.1:25 --allow-outgoing [::1]:25 --allow-outgoing fd00::2."
    )


def test_each_kind_has_its_sentence() -> None:
    """Redis, mail and programs are no connections elsewhere."""
    notes = outgoing_notes([("POST", "/x/", ("refused redis FLUSHALL", "mail", "mail", "started: git"))])
    assert [note.partition(".")[0] for note in notes] == [
        "1 operation asked Redis for what reaches beyond the run, which was refused: POST /x/ → FLUSHALL (1×)",
        "1 operation sent mail, which was thrown away: POST /x/ (2×)",
        "1 operation started programs, which are not fenced: POST /x/ → git (1×)",
    ]


def test_long_lists_are_cut() -> None:
    """The most frequent come first."""
    attempts = [("GET", f"/{number}/", ("mail",) * (number + 1)) for number in range(9)]
    (note,) = outgoing_notes(attempts)
    assert note.startswith("9 operations sent mail, which was thrown away: GET /8/ (9×), GET /7/ (8×)")
    assert note.endswith("and 4 more.")
