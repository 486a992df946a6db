"""What pages say beside fields."""

import pytest

from loadaudit.planning.preflight.page_words import words_of_fields

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
