"""What opens a file: the kind, the endings of names, the delimiter, the files in an archive, the outermost element."""

import ast
import codecs
import re
from typing import TypeGuard

from loadaudit.inventory.source.expressions import called_name
from loadaudit.inventory.source.trees import walk
from loadaudit.planning.making.constants import value_in_code
from loadaudit.planning.preflight.opened.code import Code

_OPENED_BY = {
    "DictReader": "csv",
    "reader": "csv",
    "Dataset": "csv",
    "read_csv": "csv",
    "load_workbook": "xlsx",
    "read_excel": "xlsx",
    "ZipFile": "zip",
    "fromstring": "xml",
    "parse": "xml",
}
_OF_XML = re.compile(r"etree|minidom|xml", re.IGNORECASE)
_PARTS = {"delimiter", "sep"}
_ENDING = re.compile(r"^\.[a-z]\w{1,6}$")
_NARROWEST = 8
"""Characters of a line; of fewer parts a row has columns."""


def note_kind(code: Code) -> None:
    """Note what opens a file, and how."""
    for one in code.nodes:
        if isinstance(one, ast.Call):
            _note_opening(code, one)
        elif isinstance(one, ast.Subscript) and ast.unparse(one.slice) == "1:":
            code.seen.skips_first = True
        elif isinstance(one, ast.Constant) and isinstance(one.value, str) and _ENDING.match(one.value):
            code.seen.endings.setdefault(one.value)
    if not code.seen.members and any(isinstance(one, ast.Attribute) and one.attr == "namelist" for one in code.nodes):
        # An archive's files are told by their endings alone: `name.endswith(".json")`.
        code.seen.members |= {f"loadaudit{ending}": None for ending in code.seen.endings if ending != ".zip"}
    for each in code.compares():
        _note_member(code, each)
        if _is_length(each.left) and code.is_row(each.left.args[0]) and isinstance(each.ops[0], (ast.NotEq, ast.Lt)):
            width = value_in_code(each.comparators[0], code.known)
            code.seen.width = width if isinstance(width, int) and width >= _NARROWEST else code.seen.width


def _note_opening(code: Code, one: ast.Call) -> None:
    name, owner = called_name(one), ast.unparse(one.func)
    kind = _OPENED_BY.get(name, "")
    if kind == "xml" and not _OF_XML.search(_meant(code, owner)):
        kind = ""
    if name in ("load", "loads") and _is_of_json(_meant(code, owner)):
        kind = _kind_of_json(code, one)
    if name == "split" and one.args and code.is_row(one.func):
        kind = "csv"
        _delimit(code, value_in_code(one.args[0], code.known))
    if kind:
        code.seen.kinds.setdefault(kind)
    for given in one.args if isinstance(one.func, ast.Name) else ():
        # A helper that reads tables is told how they are written.
        if isinstance(given, ast.Constant) and given.value in (";", "|", "\t"):
            _delimit(code, given.value)
    for each in one.keywords if kind == "csv" else ():
        if each.arg in _PARTS:
            _delimit(code, value_in_code(each.value, code.known))
    first = value_in_code(one.args[0], code.known) if one.args else None
    if name in ("decode", "TextIOWrapper"):
        _note_encoding(code, one, first)
    code.seen.is_packed |= "gzip" in _meant(code, owner) and name in ("decompress", "open", "GzipFile")
    code.seen.skips_first |= name in ("next", "islice") or any(each.arg == "min_row" for each in one.keywords)
    if name in ("read", "open", "getinfo") and isinstance(first, str) and "." in first:
        code.seen.members.setdefault(first)
    if name in ("find", "findtext", "findall", "iter") and isinstance(first, str):
        code.seen.column(first.rpartition("}")[2].rpartition("/")[2].rpartition(":")[2])


def _meant(code: Code, owner: str) -> str:
    """Return the name of what is called with the module that it is from."""
    first = code.known.get(owner.partition(".")[0])
    return f"{getattr(first, '__module__', '') or ''} {getattr(first, '__name__', '') or ''} {owner}"


def _delimit(code: Code, text: object) -> None:
    if isinstance(text, str) and len(text) == 1 and not code.seen.delimiter:
        code.seen.delimiter = text


def _note_encoding(code: Code, call: ast.Call, first: object) -> None:
    named = [value_in_code(one.value, code.known) for one in call.keywords if one.arg == "encoding"]
    text = next((one for one in (*named, first) if isinstance(one, str)), "")
    try:
        known = codecs.lookup(text).name if text else ""
        # Some are of bytes alone, as of Base64, or take no other letters than theirs.
        "".encode(known or "utf-8", errors="replace")
    except (LookupError, UnicodeError):
        return
    if not known.startswith("utf"):
        code.seen.encoding = code.seen.encoding or known


def _kind_of_json(code: Code, call: ast.Call) -> str:
    """Tell JSON from lines of it: where the argument is one of many, these are."""
    argument = call.args[0] if call.args else None
    if argument is not None and any(isinstance(one, ast.Name) and code.is_looped(one) for one in walk(argument)):
        return "jsonl"
    return "json"


def _note_member(code: Code, one: ast.Compare) -> None:
    left, right = value_in_code(one.left, code.known), ast.unparse(one.comparators[0])
    is_in = isinstance(one.ops[0], (ast.In, ast.NotIn)) and "namelist" in f"{right} {code.assigned(one.comparators[0])}"
    if is_in and isinstance(left, str) and "." in left:
        code.seen.members.setdefault(left)
    text = value_in_code(one.comparators[0], code.known)
    if isinstance(text, str) and re.search(r"\.tag\b", f"{ast.unparse(one.left)} {code.assigned(one.left)}"):
        code.seen.root = code.seen.root or text.rpartition("}")[2]


def _is_of_json(owner: str) -> bool:
    return "json" in owner


def _is_length(node: ast.expr) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and called_name(node) == "len" and len(node.args) == 1
