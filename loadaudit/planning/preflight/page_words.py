"""What pages say: that of a form beside the fields that were not taken, that of an error by itself."""

import html
import re
from collections.abc import Mapping, Sequence

_LIST = re.compile(
    r"<ul class=[\"']errorlist(?P<more>[^\"'<]*)[\"'](?P<rest>[^<>]*)>(?P<inside>(?:(?!<ul\b).)*?)</ul>", re.DOTALL
)
_MARKED = re.compile(
    r"<(?P<tag>\w+)[^<>]*\bid=[\"']error_\d+_id_(?P<name>[\w-]+)[\"'][^<>]*>(?P<inside>.{0,1000}?)</(?P=tag)>",
    re.DOTALL,
)
"""As django-crispy-forms writes them."""

_OWN_ID = re.compile(r"\bid=[\"']id_(?P<name>[\w-]+)_error[\"']")
"""As Django writes it since 5.2."""

_FORM = re.compile(r"<form\b", re.IGNORECASE)
_UNSAID = ("head", "script", "style", "nav", "header", "footer", "template", "svg")
"""Parts of a page in which none of its errors stand."""

_OPENS = re.compile(rf"<(?P<tag>{'|'.join(_UNSAID)})\b|(?P<other><!--|<!doctype)", re.IGNORECASE)
_CLOSES = {
    **{tag: re.compile(rf"</{tag}\s*>", re.IGNORECASE) for tag in _UNSAID},
    **{"<!--": re.compile(r"-->"), "<!doctype": re.compile(r">")},
}

_STATUS_ALONE = re.compile(
    r"(?:bad request|forbidden|conflict|unprocessable|content|entity|error|\W|\d)*", re.IGNORECASE
)
_LONGEST = 250
_LONGEST_PAGE = 20_000
_TAG = re.compile(r"<[^<>]*>")


def words_of_fields(page: str, refused: Sequence[str]) -> Mapping[str, str]:
    """Return what a page says of fields, by name; `refused` are those that were not taken, in the order of the form.

    Lists of errors that tell no field belong to these in their order, where there are as many.
    """
    found = {one["name"]: _plain(one["inside"]) for one in _MARKED.finditer(page)}
    unnamed = []
    for one in _LIST.finditer(page):
        own = _OWN_ID.search(one["rest"])
        if own is not None:
            found.setdefault(own["name"], _plain(one["inside"]))
        elif "nonfield" not in one["more"]:
            unnamed.append(_plain(one["inside"]))
    if len(unnamed) == len(refused):
        found = {**dict(zip(refused, unnamed, strict=True)), **found}
    return found


def text_of_page(page: str) -> str:
    """Return what the page of an error says, or empty where it has a form or more to say than an error has."""
    if len(page) > _LONGEST_PAGE or _FORM.search(page):
        return ""
    text = _plain(_said_in(page))
    return "" if len(text) > _LONGEST or _STATUS_ALONE.fullmatch(text) else text


def _said_in(page: str) -> str:
    """Return a page without the parts in which no error stands; each end is looked for once."""
    said, at, endless = [], 0, set()
    for match in _OPENS.finditer(page):
        kind = (match["tag"] or match["other"]).lower()
        if match.start() < at or kind in endless:
            continue
        end = _CLOSES[kind].search(page, match.end())
        if end is None:
            endless.add(kind)
            continue
        said.append(page[at : match.start()])
        at = end.end()
    return " ".join([*said, page[at:]])


def _plain(text: str) -> str:
    return " ".join(html.unescape(_TAG.sub(" ", text)).split())
