"""Lines for curl."""

import shlex
from dataclasses import replace

from loadaudit.records import Access, BodyKind, Pair, Payload, Upload
from loadaudit.reporting.curl import curl_line
from tests.analysis.factories import operation

SAVE = operation("POST /save/")
URL = "http://127.0.0.1:8000/save/"


def form(*pairs: tuple[str, str], **changes: object) -> Payload:
    """Return a form's body."""
    made = Payload(kind=BodyKind.FORM, pairs=tuple(Pair(name=name, value=value) for name, value in pairs))
    return replace(made, **changes)  # type: ignore[arg-type]


def test_who_sends_it_has_to_be_filled_in() -> None:
    """Sessions and tokens are no part of a run file."""
    one = replace(SAVE, access=Access(login=True))
    line = curl_line(one, "POST", URL, form(("title", "it's xxLAxx")))
    words = shlex.split(line)
    assert words[:4] == ["curl", "-i", "-X", "POST"]
    assert "sessionid=YOUR-SESSION; csrftoken=YOUR-TOKEN" in words
    assert "X-CSRFToken: YOUR-TOKEN" in words
    assert words[-1] == URL
    assert words[-2].startswith("title=it's ")
    assert "xxLAxx" not in line


def test_what_names_a_secret_is_hidden() -> None:
    """In forms and in JSON."""
    line = curl_line(SAVE, "POST", URL, form(("password", "hunter2"), ("note", "x")))
    assert "hunter2" not in line
    assert "note=x" in line
    line = curl_line(SAVE, "POST", URL, Payload(kind=BodyKind.JSON, document='{"api_key": "hunter2", "pages": 2}'))
    assert "hunter2" not in line
    assert '"pages": 2' in line
    assert "Content-Type: application/json" in line


def test_a_secret_is_hidden_whole() -> None:
    """With the spaces and commas in it, in lists and deeper in JSON, and in texts inside it."""
    line = curl_line(
        SAVE, "POST", URL, form(("passphrase", "correct horse, battery; staple"), ("user_pwd", "b c"), ("pin", "4711"))
    )
    assert not any(word in line for word in ("correct", "horse", "battery", "staple", "b c", "4711"))
    document = """{"tokens": ["aaa", "bbb"], "login": {"pass": {"first": "ccc ddd"}}, "pages": [1, 2],
        "query": "mutation { login(password: \\"eee\\") { id } }"}"""
    line = curl_line(SAVE, "POST", URL, Payload(kind=BodyKind.JSON, document=document))
    assert not any(word in line for word in ("aaa", "bbb", "ccc", "ddd", "eee"))
    assert '"pages": [1, 2]' in line


def test_files_are_named_and_long_bodies_left_out() -> None:
    """The report stays small."""
    upload = Upload(field="file", filename="a.csv", content_type="text/csv", content="YQ==")
    raw = Payload(kind=BodyKind.OTHER, uploads=(upload,))
    assert "-H 'Content-Type: text/csv' --data-binary @a.csv" in curl_line(SAVE, "POST", URL, raw)
    assert "-F 'file=@a.csv;type=text/csv'" in curl_line(
        SAVE, "POST", URL, form(("a", "b"), kind=BodyKind.MULTIPART, uploads=(upload,))
    )
    assert curl_line(SAVE, "POST", URL, form(("a", "b" * 2000))).endswith(f"--data @BODY {URL}")


def test_a_read_has_no_body() -> None:
    """Nor anything else that it does not need."""
    assert curl_line(replace(SAVE, access=Access()), "GET", URL, form(("a", "b"))) == f"curl -i {URL}"
