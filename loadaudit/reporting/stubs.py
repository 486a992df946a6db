"""Code for a `loadtests.py`: a stub for each operation that needs a word from a person."""

import keyword
import re
from collections.abc import Iterator, Mapping

from loadaudit.records import BodyField, BodyKind, Exclusion, Operation

_HEAD = '''"""What loadaudit cannot find out about this project. Fill in what is marked TODO, delete the rest."""

from loadaudit.scenarios import body, provide, unique
'''
_NO_WORD = re.compile(r"\W+")
_WIDTH = 110
_EXAMPLES = {"integer": "1", "number": "1.5", "boolean": "True", "date": '"2026-01-31"', "object": "{}", "array": "[]"}


def stubs(exclusions: Mapping[str, Exclusion], operations: Mapping[str, Operation]) -> str:
    """Return the text of a module that can be imported as it is: what is not filled in changes nothing but reasons."""
    parts = [_HEAD]
    provided: set[tuple[str, str]] = set()
    for operation_id in sorted(exclusions):
        operation = operations.get(operation_id)
        if operation is None:
            continue
        reason = exclusions[operation_id].reason
        view = operation.name or operation.route
        answered = reason.startswith("tried")
        for parameter in operation.parameters:
            if (view, parameter.name) not in provided and not (answered and operation.method != "GET"):
                provided.add((view, parameter.name))
                parts.append("\n".join(_provider(operation, view, parameter.name, reason)))
        if operation.method not in ("GET", "DELETE") and (answered or not operation.parameters):
            parts.append("\n".join(_body(operation, view, reason)))
    return "\n\n".join(parts) + "\n" if len(parts) > 1 else ""


def _provider(operation: Operation, view: str, name: str, reason: str) -> Iterator[str]:
    yield f"@provide({name!r}, view={view!r})"
    yield f"def {_identifier(name, view)}(identity):"
    yield from _comment(operation, reason)
    yield f"    return []  # TODO: values of {name!r} that the identity can reach"
    yield ""


def _body(operation: Operation, view: str, reason: str) -> Iterator[str]:
    form = operation.body.kind in (BodyKind.FORM, BodyKind.MULTIPART)
    yield f"@body({view!r}, method={operation.method!r}{', form=True' if form else ''})"
    yield f"def {_identifier('body', operation.method.lower(), view)}(identity):"
    yield from _comment(operation, reason)
    yield "    return {  # TODO"
    yield from (f"        {one.name!r}: {_example(one)}," for one in operation.body.fields)
    yield "    }"
    yield ""


def _comment(operation: Operation, reason: str) -> Iterator[str]:
    yield f"    # {operation.id}"
    line = "   "
    for word in f"# {reason}".split():
        if len(line) + len(word) >= _WIDTH:
            yield line
            line = "    #"
        line += f" {word}"
    yield line


def _example(field: BodyField) -> str:
    if field.choices:
        return repr(field.choices[0])
    return _EXAMPLES.get(field.type, 'f"text {unique}"')


def _identifier(*words: str) -> str:
    name = _NO_WORD.sub("_", f"{words[0]}_for_{'_'.join(words[1:])}").strip("_").lower()
    return f"{name}_" if keyword.iskeyword(name) else name
