"""Code for a `loadtests.py`: a stub for each operation that needs a word from a person."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from loadaudit.records import Body, BodyField, BodyKind, Exclusion, Operation, Parameter
from loadaudit.records.plan import NOBODY_CAN

_HEAD = '''"""What loadaudit cannot find out about this project. Fill in what is marked TODO, delete the rest."""

import hmac
import io
import json

from django.apps import apps

from loadaudit.scenarios import body, exclude, provide, scenario, unique'''
_TRIED = "tried"
_NAMES_VALUES, _NAMES_BODY = "provide(", "body("
"""What a reason tells to write."""

_NEEDS_STEPS = "@scenario"
"""In reasons of what wants another request before it."""

_SIGNED = re.compile(r"checks a signature(?: in the header ([\w-]+))?")
_NOT_ANSWERED = "the best answer: 405"
_WIDTH = 110
_DEEPEST = 3
_FORMS = (BodyKind.FORM, BodyKind.MULTIPART)
_NUMBERS = ("integer", "number")
_EXAMPLES = {
    "integer": "1",
    "number": "1.5",
    "boolean": "True",
    "date": '"2026-01-31"',
    "date-time": '"2026-01-31T10:00:00Z"',
    "time": '"10:00"',
    "email": 'f"{unique}@example.com"',
    "uri": '"https://example.com/"',
    "uuid": '"00000000-0000-4000-8000-000000000001"',
    "object": "{}",
    "array": "[]",
    "file": '("file.txt", io.BytesIO(b"text"))',
}


def stubs(
    exclusions: Mapping[str, Exclusion], operations: Mapping[str, Operation], roles: Mapping[str, str] = {}
) -> str:
    """Return the text of a module that can be imported as it is: what is not filled in changes nothing but reasons.

    `roles` are those whom operations are for, where that is not the ordinary user, by id. Empty when there is nothing
    that a person could help with.
    """
    parts: list[str] = []
    provided: set[str] = set()
    for operation_id, exclusion in sorted(exclusions.items()):
        operation = operations.get(operation_id)
        if operation is None or _NOT_ANSWERED in exclusion.reason:
            continue
        view = operation.name or operation.route
        if NOBODY_CAN in exclusion.reason:
            because = exclusion.reason.partition(NOBODY_CAN)[2].partition(";")[0]
            parts.append(f"exclude({_quoted(operation.id)}, because={_quoted(because)})")
            continue
        answered = exclusion.reason.startswith(_TRIED)
        if _NEEDS_STEPS in exclusion.reason:
            parts.append("\n".join(_scenario(operation, view, exclusion.reason, roles.get(operation.id, ""))))
            continue
        names = [one.name for one in operation.parameters if one.converter != "language"]
        is_of_values = _NAMES_VALUES in exclusion.reason and _NAMES_BODY not in exclusion.reason
        if names and view not in provided and (not answered or operation.method == "GET" or is_of_values):
            provided.add(view)
            parts.append("\n".join(_provider(operation, view, names, exclusion.reason)))
        if operation.method not in ("GET", "DELETE") and (answered or not names) and not (names and is_of_values):
            parts.append("\n".join(_body(operation, view, exclusion.reason)))
    return "\n\n\n".join([_HEAD, *parts]) + "\n" if parts else ""


def _provider(operation: Operation, view: str, names: Sequence[str], reason: str) -> Iterator[str]:
    several = f"({', '.join(map(_quoted, names))})"
    yield f"@provide({several if len(names) > 1 else _quoted(names[0])}, view={_quoted(view)})"
    yield f"def {_identifier('values', view)}(identity):"
    yield from _comment(operation, reason)
    what = f"tuples {several}" if len(names) > 1 else f"values of {names[0]}"
    rows = _rows(operation.parameters) if len(names) == 1 else ""
    yield f"    return {rows or '...'}  # TODO: {what} that the identity can reach"


def _rows(parameters: Sequence[Parameter]) -> str:
    """Return code for values of the only parameter, where its model is known."""
    one = next(one for one in parameters if one.converter != "language")
    if not one.model or not one.model_field:
        return ""
    return f"apps.get_model({_quoted(one.model)}).objects.values_list({_quoted(one.model_field)}, flat=True)[:10]"


def _scenario(operation: Operation, view: str, reason: str, role: str) -> Iterator[str]:
    names = [one.name for one in operation.parameters if one.converter != "language"]
    kwargs = "".join(f"{_quoted(name)}: None, " for name in names).removesuffix(", ")
    signed = _SIGNED.search(reason)
    data = _sent(operation.body) if operation.method not in ("GET", "HEAD", "OPTIONS", "DELETE") else ""
    is_own = operation.method in ("GET", "POST", "PUT", "PATCH", "DELETE")
    call = f"{operation.method.lower()}(" if is_own else f"request({_quoted(operation.method)}, "
    yield f"@scenario({f'users={_quoted(role)}' if role else ''})"
    yield f"def {_identifier('steps', view, operation.method)}(user):"
    yield from _comment(operation, reason)
    if signed is not None:
        yield "    return  # TODO: the secret, what is signed with it and how it is written; and delete this line"
        yield f"    content = json.dumps({_object(operation.body.fields)}).encode()"
        yield '    signature = hmac.new(b"the secret", content, "sha256").hexdigest()'
        header = f'{_quoted(signed[1] or "X-Signature")}: signature, "Content-Type": "application/json"'
        data = f", data=content, headers={{{header}}}"
    else:
        yield "    return  # TODO: send first what it needs, and delete this line"
    yield f"    user.{call}{_quoted(view)}{f', {{{kwargs}}}' if kwargs else ''}{data})"


def _sent(body: Body) -> str:
    """Return the arguments with which a request sends what is known of its body, files apart from the other fields."""
    if body.kind in _FORMS:
        files = [one for one in body.fields if one.type == "file"]
        data = f", data={_object([one for one in body.fields if one not in files])}"
        return f"{data}, files={_object(files)}" if files else data
    if body.kind is BodyKind.OTHER:
        return ', data=b""'
    value = _object(body.fields)
    return "" if body.kind is BodyKind.NONE else f", json={f'[{value}]' if body.many else value}"


def _object(fields: Sequence[BodyField], depth: int = 0) -> str:
    """Return code for a dictionary with a value for each field."""
    return f"{{{', '.join(f'{_quoted(one.name)}: {_example(one, depth)}' for one in fields)}}}"


def _body(operation: Operation, view: str, reason: str) -> Iterator[str]:
    form = operation.body.kind in _FORMS
    yield f"@body({_quoted(view)}, method={_quoted(operation.method)}{', form=True' if form else ''})"
    yield f"def {_identifier('body', view, operation.method)}(identity):"
    yield from _comment(operation, reason)
    if not operation.body.fields:
        yield "    return {}  # TODO"
        return
    many = operation.body.many
    yield f"    return {'[{' if many else '{'}  # TODO"
    for one in operation.body.fields:
        wanted = f"  # has to fit {one.pattern}" if one.pattern and not one.choices and one.example is None else ""
        yield f"        {_quoted(one.name)}: {_example(one)},{wanted}"
    yield "    }]" if many else "    }"


def _comment(operation: Operation, reason: str) -> Iterator[str]:
    yield f"    # {operation.id}"
    line = "   "
    for word in f"# {reason}".split():
        if len(line) + len(word) >= _WIDTH:
            yield line
            line = "    #"
        line += f" {word}"
    yield line


def _example(field: BodyField, depth: int = 0) -> str:
    """Return code for a value of a field: an object with its own fields, a row's key, what its limits let through."""
    if field.fields and depth < _DEEPEST:
        value = _object(field.fields, depth + 1)
    elif field.choices:
        value = _quoted(field.choices[0])
    elif field.example is not None:
        value = field.example if field.type in _NUMBERS else _quoted(str(field.example))
    elif field.model and field.model_field:
        rows = f"apps.get_model({_quoted(field.model)}).objects"
        value = f"{rows}.values_list({_quoted(field.model_field)}, flat=True).first()"
    elif (
        field.type in _NUMBERS and (least := field.minimum if field.minimum is not None else field.maximum) is not None
    ):
        value = f"{least:g}"
    else:
        value = _EXAMPLES.get(field.type, 'f"text-{unique}"')
    return f"[{value}]" if field.many else value


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _identifier(*words: str) -> str:
    return re.sub(r"\W+", "_", f"{words[0]}_of_{'_'.join(words[1:])}").strip("_").lower()
