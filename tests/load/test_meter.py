"""Bodies are measured while they stream by, and told apart by their words."""

from loadaudit.load.meter import BodyMeter, fingerprint


def test_numbers_spaces_and_tokens_make_no_other_page() -> None:
    """The same page for another row, at another time, with another CSRF token has one fingerprint."""
    page = '<h1>Order {}</h1>{}<input name="csrfmiddlewaretoken" value="{}"><p>Thanks</p>'
    first = page.format(17, " ", "a" * 64).encode()
    assert fingerprint(first) == fingerprint(page.format(4711, "\n\n", "Zb9" * 21 + "x").encode())


def test_other_words_make_another_page() -> None:
    """A login page is not the page that it stands for."""
    assert fingerprint(b"<h1>Orders</h1>") != fingerprint(b"<h1>Log in</h1>")


def test_words_behind_a_token_count() -> None:
    """Nothing but the token itself is left out."""
    page = '<input name="csrfmiddlewaretoken" value="{}"><p>{}</p>'
    one, other = page.format("a" * 64, "Thanks").encode(), page.format("a" * 64, "Sorry").encode()
    assert fingerprint(one) != fingerprint(other)


def test_fingerprint_of_a_file_is_that_of_its_bytes() -> None:
    """Digits of a picture are no numbers."""
    meter = BodyMeter()
    seen = []
    for body in (b"1", b"2"):
        meter.reset()
        meter.write(body)
        seen.append(meter.seen("image/png"))
    assert seen[0][1] != seen[1][1]
    assert {mark for mark, _ in seen} == {"file"}
