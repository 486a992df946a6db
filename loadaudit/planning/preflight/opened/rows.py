"""Rows of an uploaded table, or objects of a document: the names of their columns, what code calls a row."""

import ast
import re
from collections.abc import Iterator

from loadaudit.inventory.source.expressions import called_name
from loadaudit.planning.preflight.opened.code import Code, names_in

_OF_THE_HEAD = re.compile(r"field_?names|head|columns|keys\(\)|next\(|\[0\]|\[1\]|first", re.IGNORECASE)


def note_head(code: Code) -> None:
    """Note the names that the first line of a table is compared with."""
    for left, right, is_all in _sides(code):
        for texts, other in ((code.texts(left), right), (code.texts(right), left)):
            about = f"{ast.unparse(other)} {code.assigned(other)}"
            if len(texts) > 1 and _OF_THE_HEAD.search(about):
                if is_all and not code.seen.head:
                    code.seen.head = texts
                for name in texts:
                    code.seen.column(name)
    for loop in code.loops:
        target, texts = loop.target, code.texts(loop.iter)
        if isinstance(target, ast.Name) and len(texts) > 1 and _asks_for_each(code, target.id):
            for name in texts:
                code.seen.column(name)


def _sides(code: Code) -> Iterator[tuple[ast.expr, ast.expr, bool]]:
    """Yield pairs that are compared or taken off each other, and whether they have to be the same."""
    for one in code.nodes:
        if isinstance(one, ast.Compare) and len(one.ops) == 1:
            yield one.left, one.comparators[0], isinstance(one.ops[0], (ast.Eq, ast.NotEq))
        elif isinstance(one, ast.BinOp) and isinstance(one.op, ast.Sub):
            yield one.left, one.right, False
        elif isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.args:
            is_of_sets = one.func.attr in ("issubset", "issuperset", "difference")
            yield from [(one.func.value, one.args[0], False)] if is_of_sets else ()


def _asks_for_each(code: Code, name: str) -> bool:
    """Whether a name is looked for in rows: `for key in KEYS: if key not in row`, or `row[key]`."""
    for one in code.nodes:
        is_of_it = isinstance(one, ast.Compare) and isinstance(one.left, ast.Name) and one.left.id == name
        if is_of_it and isinstance(one, ast.Compare) and isinstance(one.ops[0], (ast.In, ast.NotIn)):
            of_head = _OF_THE_HEAD.search(ast.unparse(one.comparators[0])) is not None
            return of_head or isinstance(one.comparators[0], (ast.Name, ast.Attribute))
        if isinstance(one, ast.Subscript) and isinstance(one.slice, ast.Name) and one.slice.id == name:
            return isinstance(one.value, ast.Name)
    return False


def note_rows(code: Code) -> None:
    """Note what is called a row, and what is taken out of it by a name or a place."""
    for one in code.nodes:
        if isinstance(one, ast.Assign) and _is_parse(one.value):
            code.parsed |= {name for target in one.targets for name in names_in(target)}
        elif isinstance(one, ast.Assign) and (_makes_a_row(one.value) or _opens_a_sheet(code, one.value)):
            code.rows |= {name for target in one.targets for name in names_in(target)}
    code.rows |= code.parsed
    for loop in code.loops:
        _note_list(code, loop)
    for loop in code.loops:
        code.rows |= set(names_in(loop.target))
    unpacked = [(one.target, one.iter) for one in code.loops]
    unpacked += [(one.targets[0], one.value) for one in code.nodes if isinstance(one, ast.Assign)]
    for target, value in unpacked:
        inner = target.elts[1] if _is_counted(target, value) and isinstance(target, ast.Tuple) else target
        is_row = not isinstance(value, ast.Name) or value.id in code.rows or isinstance(target, ast.Tuple)
        if isinstance(inner, ast.Tuple) and is_row:
            _unpack(code, inner, value)
    for one in code.nodes:
        if (name := code.key(one)) is not None:
            code.column(name, one)


def _note_list(code: Code, loop: "ast.For | ast.comprehension") -> None:
    """Note a loop over a JSON document, or over a list in it."""
    over = loop.iter
    if (isinstance(over, ast.Name) and over.id in code.parsed) or _is_parse(over):
        code.seen.is_list = True
    elif (name := code.key(over, of=code.parsed)) is not None:
        code.seen.under = name


def _unpack(code: Code, target: ast.Tuple, value: ast.expr) -> None:
    """Give the parts of a row the columns of the head that stand in their places."""
    names = [one.id if isinstance(one, ast.Name) else "" for one in target.elts]
    if isinstance(value, ast.Tuple) or len(names) < 2 or not all(names):
        return
    if isinstance(value, ast.Subscript) and (held := code.shape(value)) is not None:
        # So many values in a list under a key.
        held.many = True
        held.item().min_length = len(names)
        code.names |= dict.fromkeys(names, held.item())
        return
    if len(code.seen.head) == len(names):
        for name, column in zip(names, code.seen.head, strict=True):
            code.names[name] = code.seen.column(column)
    elif not code.seen.head and "csv" in code.seen.kinds and not code.seen.unpacked:
        code.seen.unpacked = names
        code.names |= {name: code.seen.shape(name) for name in names}


def _opens_a_sheet(code: Code, node: ast.expr) -> bool:
    """Whether a name is a sheet, whose cells may be taken by their names: `sheet["B2"]`."""
    return (
        "xlsx" in code.seen.kinds
        and isinstance(node, (ast.Attribute, ast.Subscript))
        and bool(re.search(r"\.active$|worksheets\[|\[['\"]", ast.unparse(node)))
    )


def _makes_a_row(node: ast.expr) -> bool:
    """Whether values get the names of the first line, `dict(zip(head, row))`, or a table is read as one of columns."""
    name = called_name(node) if isinstance(node, ast.Call) else ""
    first = node.args[0] if isinstance(node, ast.Call) and node.args else None
    is_zipped = name == "dict" and isinstance(first, ast.Call) and called_name(first) == "zip"
    return is_zipped or name in ("read_csv", "read_excel")


def _is_parse(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and called_name(node) in ("load", "loads") and "json" in ast.unparse(node.func)


def _is_counted(target: ast.AST, value: ast.AST) -> bool:
    is_pair = isinstance(target, ast.Tuple) and len(target.elts) == 2
    return is_pair and isinstance(value, ast.Call) and called_name(value) == "enumerate"
