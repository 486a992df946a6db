"""What pages say beside fields."""

import pytest

from loadaudit.planning.preflight.page_words import text_of_page, words_of_fields

OLD = '<ul class="errorlist nonfield"><li>No.</li></ul><ul class="errorlist"><li>A begins with <b>x</b></li></ul>'


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ('<ul class="errorlist" id="id_sku_error"><li>Wrong &amp; bad</li></ul>', {"sku": "Wrong & bad"}),
        ('<span id="error_1_id_sku" class="invalid-feedback"><strong>Wrong</strong></span>', {"sku": "Wrong"}),
        (OLD, {"sku": "A begins with x"}),
        ('<ul class="errorlist"><li>a</li></ul><ul class="errorlist"><li>b</li></ul>', {}),
        ("<p>nothing</p>", {}),
    ],
)
def test_errors_belong_to_fields(page: str, words: dict[str, str]) -> None:
    """By an id, or by their order where there is one for each field that was refused."""
    assert words_of_fields(page, ["sku"]) == words


HEAD = "<!DOCTYPE html><html><head><title>Shop</title></head><body><nav>Home</nav>"


@pytest.mark.parametrize(
    ("page", "text"),
    [
        (f"{HEAD}<h2>Error: invalid_request</h2><p>Missing code parameter.</p>", "Error: invalid_request Missing code"),
        (f"{HEAD}<h1>Bad Request (400)</h1><p></p></body></html>", ""),
        (f"{HEAD}<p>Wrong</p><form method=post></form>", ""),
        (f"{HEAD}<p>{'much ' * 60}</p>", ""),
    ],
)
def test_the_page_of_an_error_says_what_is_wrong(page: str, text: str) -> None:
    """In a few words, and beside what all pages have."""
    said = text_of_page(page)
    assert said.startswith(text) if text else not said
