"""Words are dealt out so that no two requests have the same one before all are used."""

import json

import pytest

from loadaudit.load.job import decode_job, encode_job
from loadaudit.load.payloads import settled
from loadaudit.load.sharing import shares_of, split_users
from loadaudit.load.words import Turns, Words, sizes_in, words_in, words_in_json
from loadaudit.records import BodyKind, Payload, PlannedRequest
from tests.load.builders import job, planned, user

DIGITS = tuple("0123456789")


def a_write(mark: str, **changes: str) -> PlannedRequest:
    """Return a planned request that sends a mark."""
    return planned(payload=Payload(kind=BodyKind.JSON, document=json.dumps({"code": mark})), **changes)


def sent(text: str, turns: Turns, count: int) -> list[str]:
    """Return a text as so many requests have it."""
    return [words_in(text, turns.of_body()) for _ in range(count)]


@pytest.mark.parametrize("users", [1, 2, 3, 10, 100])
def test_users_meet_only_when_all_words_are_used(users: int) -> None:
    """Also where their number divides that of the words; one who goes on alone sends every word once."""
    words = Words(parts=(DIGITS, DIGITS), key="7")
    turns = [Turns({"7": (number, users)}) for number in range(users)]
    together = [one for each in turns for one in sent(words.mark, each, words.of_load // users)]
    assert len(set(together)) == len(together)
    alone = [sent(words.mark, Turns({"7": (number, users)}), words.of_load) for number in range(users)]
    assert [len({*one}) for one in alone] == [words.of_load] * users


def test_more_users_than_words_begin_again() -> None:
    words = Words(parts=(("a", "b"),), key="7")
    assert sent(words.mark, Turns({"7": (4, 5)}), 3) == ["a", "b", "a"]


def test_a_quick_user_meets_the_next_when_the_words_of_both_are_used() -> None:
    words = Words(parts=(DIGITS,), key="7")
    quick, slow = sent(words.mark, Turns({"7": (0, 2)}), 7), sent(words.mark, Turns({"7": (1, 2)}), 2)
    assert not {*quick} & {*slow}


def test_only_users_who_send_the_words_share_them() -> None:
    """Whatever worker they are in."""
    marks = [Words(parts=(DIGITS,), key=key).mark for key in "12"]
    users = [user(0), user(1), user(2, positions=(1, 2)), user(3, positions=(0, 2)), user(4, positions=(2,))]
    made = job(requests=(a_write(marks[0]), a_write(marks[1]), planned()), users=tuple(users))
    read = [decode_job(encode_job(part)) for part in split_users(made, 3)]
    shares = {one.index: shares_of(one, part) for part in read for one in part.users}
    assert shares == {0: {"1": (0, 3)}, 1: {"1": (1, 3)}, 2: {"2": (0, 1)}, 3: {"1": (2, 3)}, 4: {}}


def test_pairs_go_together_also_after_one_was_sent_alone() -> None:
    first, second = (Words(parts=(tuple(f"{one}{n}" for n in range(9)),), key="7").mark for one in "ab")
    turns = Turns()
    sent(first, turns, 1)
    assert sent(f"{first} {second}", turns, 2) == ["a1 b1", "a2 b2"]


def test_rows_of_the_run_have_other_words_than_load_and_preflight() -> None:
    """Also where the number of words is a power of ten."""
    template = Payload(kind=BodyKind.JSON, document=Words(parts=(DIGITS,) * 4).mark)
    made = {settled(template, number).document for number in range(100)}
    tried, loaded = ({*sent(template.document, turns, 100)} for turns in (Turns(before=True), Turns()))
    assert len(made | tried | loaded) == 300


def test_marks_of_a_json_text_become_strings_and_numbers() -> None:
    """With what stands around them."""
    marks = [Words(parts=((f'say "{key}"', "b\\c"),), key=key) for key in "12"]
    number = Words(parts=(("1", "2"),), is_number=True)
    document = json.dumps({"a": f"x{marks[0].mark}y{marks[1].mark}", "b": number.mark, "c": marks[1].mark})
    turns = Turns()
    read = [json.loads(words_in_json(document, turns.of_body())) for _ in range(2)]
    assert read == [
        {"a": 'xsay "1"ysay "2"', "b": 1, "c": 'say "2"'},
        {"a": "xb\\cyb\\c", "b": 2, "c": "b\\c"},
    ]


@pytest.mark.parametrize("size", [4, 5, 8, 40, 400, 6_000])
def test_equal_requests_have_words_that_no_load_sends(size: int) -> None:
    """Nor a preflight as long as any, nor rows of the run where two words or more are kept."""
    words = Words(parts=(tuple(map(str, range(size))),), key="7")
    (told,) = sizes_in(words.mark).values()
    loaded = {*sent(words.mark, Turns(), size)}
    equal = [*sent(words.mark, Turns(equal=True), max(1, words.kept // 2))]
    tried = {*sent(words.mark, Turns(before=True), 2 if size < 16 else min(size // 4, 16))}
    made = {words.at(words.for_row(number)) for number in range(900_000, 900_000 + size)}
    assert len(loaded) == told == size - words.kept
    assert len({*equal}) == len(equal)
    assert not {*equal} & (loaded | tried | (made if words.kept > 1 else set()))
    assert not made & loaded


@pytest.mark.parametrize("size", [2, 3])
def test_of_two_or_three_words_a_load_may_send_each(size: int) -> None:
    words = Words(parts=(tuple(map(str, range(size))),), key="7")
    assert (words.kept, len({*sent(words.mark, Turns(), size)})) == (0, size)
