"""Bodies are encoded as browsers and JSON clients send them, and marks in them differ from request to request."""

import base64
import io
import json
import zipfile
from dataclasses import replace
from email.parser import BytesParser
from ipaddress import IPv4Network

from django.http import QueryDict

from loadaudit.load.correlation import control_number, sample_number
from loadaudit.load.payloads import (
    UNIQUE_NUMBER,
    UNIQUE_OCTETS,
    UNIQUE_TEXT,
    encode,
    settled,
    unique,
    unique_file,
    unique_number,
)
from loadaudit.planning.payloads.archives import packed
from loadaudit.records import BodyKind, Pair, Payload, Upload


def test_a_form_keeps_order_and_repeated_names() -> None:
    pairs = (Pair(name="tag", value="a b"), Pair(name="tag", value="ü&"), Pair(name="n", value=""))
    encoded = encode(Payload(kind=BodyKind.FORM, pairs=pairs), 1)
    assert encoded.content_type == "application/x-www-form-urlencoded"
    assert QueryDict(encoded.content).getlist("tag") == ["a b", "ü&"]


def test_marks_become_texts_and_numbers_of_the_request_alone() -> None:
    document = json.dumps({"name": f"row {UNIQUE_TEXT}", "code": UNIQUE_NUMBER})
    payload = Payload(kind=BodyKind.JSON, document=document)
    numbers = [sample_number(vu, sequence) for vu in range(50) for sequence in range(1, 50)]
    numbers += [control_number(sequence) for sequence in range(1, 50)]
    bodies = [json.loads(encode(payload, number).content) for number in numbers]
    assert len({body["name"] for body in bodies}) == len(bodies)
    assert len({body["code"] for body in bodies}) == len(bodies)
    assert all(isinstance(body["code"], int) and body["code"] <= 999_999_999 for body in bodies)
    assert len(bodies[0]["name"]) == len(f"row {UNIQUE_TEXT}")


def test_the_same_request_has_the_same_body() -> None:
    payload = Payload(kind=BodyKind.FORM, pairs=(Pair(name="name", value=UNIQUE_TEXT),))
    assert encode(payload, 77) == encode(payload, 77)


def test_a_number_in_a_form_is_written_out() -> None:
    payload = Payload(kind=BodyKind.FORM, pairs=(Pair(name="code", value=UNIQUE_NUMBER),))
    assert encode(payload, 5).content == f"code={unique_number(5)}".encode()


def test_files_and_fields_travel_as_multipart() -> None:
    payload = Payload(
        kind=BodyKind.MULTIPART,
        pairs=(Pair(name='odd "name"', value="x"),),
        uploads=(Upload(field="photo", filename="p.png", content_type="image/png", content="iVBORw=="),),
    )
    encoded = encode(payload, 1)
    parsed = BytesParser().parsebytes(f"Content-Type: {encoded.content_type}\r\n\r\n".encode() + encoded.content)
    field, photo = list(parsed.walk())[1:]
    assert field.get_param("name", header="Content-Disposition") == "odd %22name%22"
    assert photo.get_filename() == "p.png"
    assert photo.get_payload(decode=True) == b"\x89PNG"


def test_a_raw_body_is_a_file() -> None:
    """Its name is told where it is that of a field; JSON may go by another type."""
    one = Upload(field="", filename="xxLAxx.csv", content_type="text/csv", content=base64.b64encode(b"xxLAxx").decode())
    raw = encode(Payload(kind=BodyKind.OTHER, uploads=(one,)), 5)
    assert (raw.content_type, raw.content, raw.disposition) == ("text/csv", unique(UNIQUE_TEXT, 5).encode(), "")
    named = encode(Payload(kind=BodyKind.OTHER, uploads=(replace(one, field="file"),)), 5)
    assert named.disposition == f'attachment; filename="{unique(UNIQUE_TEXT, 5)}.csv"'
    patch = encode(Payload(kind=BodyKind.JSON, document="{}", content_type="application/merge-patch+json"), 5)
    assert (patch.content_type, patch.content) == ("application/merge-patch+json", b"{}")


def test_a_damaged_archive_stays_as_it_is() -> None:
    """However it is damaged: what a project gave is sent in any case."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archived:
        archived.writestr(f"{UNIQUE_TEXT}.txt", b"loadaudit" * 9)
    whole = buffer.getvalue()
    begin = 30 + len(f"{UNIQUE_TEXT}.txt")
    damaged = whole[:begin] + b"\xff" * 4 + whole[begin + 4 :]
    assert unique_file(damaged, 5) == damaged


def test_marks_in_files_differ_from_request_to_request() -> None:
    """Those in an archive do, too, whose sums are made anew."""
    marked = f'[{{"name": "{UNIQUE_TEXT}", "code": "{UNIQUE_NUMBER}"}}]'.encode()
    assert unique_file(marked, 5) != unique_file(marked, 6)
    assert json.loads(unique_file(marked, 5))[0]["code"] == unique_number(5)
    made = unique_file(packed([("a.json", marked)]), 5)
    with zipfile.ZipFile(io.BytesIO(made)) as archived:
        assert archived.read("a.json") == unique_file(marked, 5)
    assert unique_file(b"\xff" + marked, 5) == b"\xff" + unique_file(marked, 5)
    one = Upload(field="f", filename="f.json", content_type="", content=base64.b64encode(marked).decode())
    [kept] = settled(Payload(kind=BodyKind.MULTIPART, uploads=(one,)), 5).uploads
    assert base64.b64decode(kept.content) == unique_file(marked, 5)


def test_a_settled_template_is_the_same_each_time() -> None:
    """Sent twice it has the same texts, as a double click has."""
    template = Payload(
        kind=BodyKind.JSON,
        document=f'{{"name": "{UNIQUE_TEXT}", "n": "{UNIQUE_NUMBER}"}}',
        pairs=(Pair(name="title", value=UNIQUE_TEXT),),
    )
    fixed = settled(template, 7)
    assert encode(fixed, 1) == encode(fixed, 2) == encode(template, 7)
    assert fixed.pairs[0].value != UNIQUE_TEXT


def test_networks_differ_from_request_to_request() -> None:
    """Each is a network that there may be."""
    payload = Payload(kind=BodyKind.JSON, document=json.dumps({"subnet": f"10.{UNIQUE_OCTETS}.0/24"}))
    sent = [json.loads(encode(payload, sample_number(1, number)).content)["subnet"] for number in range(3)]
    assert len({IPv4Network(one) for one in sent}) == 3
