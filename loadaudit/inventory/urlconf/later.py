"""URLconfs whose patterns may be others later: a resolver that computes its own, a function that adds to a list."""

import ast
import linecache
import sys
import types
from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps

from loadaudit.inventory.source.scope import Scope
from loadaudit.inventory.source.trees import function_node

_ADDING = frozenset({"append", "extend", "insert"})
_LIST = "urlpatterns"
_LISTS = (_LIST, "url_patterns")


def own_patterns_of(resolver: Any) -> str:
    """Return the class whose own code says which patterns a resolver has; empty for Django's and for plain lists."""
    for base in type(resolver).__mro__:
        found = vars(base).get("url_patterns")
        if found is not None and not isinstance(found, types.MemberDescriptorType):
            is_plain = base.__module__.startswith("django.") or not hasattr(found, "__get__")
            return "" if is_plain else f"{base.__module__}.{base.__qualname__}"
    return ""


def adding_functions(modules: Iterable[str]) -> Iterator[types.FunctionType]:
    """Yield functions of the project that change the `urlpatterns` of these modules and were not called at its start.

    `modules` are the names of URLconfs.
    """
    urlconfs = [module for one in modules if hasattr(module := sys.modules.get(one), _LIST)]
    lists = {id(getattr(one, _LIST)) for one in urlconfs}
    found = [one for one in _candidates(urlconfs) if _adds(one, lists)]
    if found:
        files = {str(one.__code__.co_filename) for one in found} | {
            str(getattr(one, "__file__", "")) for one in urlconfs
        }
        called = _called_by_apps().union(*map(_called_at_import, sorted(files)))
        yield from (one for one in found if one.__name__ not in called)


def _candidates(urlconfs: list[Any]) -> Iterator[types.FunctionType]:
    """Yield the functions and methods of loaded modules of the project that name a list of patterns."""
    packages = {one.name.partition(".")[0] for one in apps.get_app_configs()} - {"django"}
    packages |= {one.__name__.partition(".")[0] for one in urlconfs}
    for name, module in sorted(sys.modules.items()):
        if name.partition(".")[0] not in packages or not isinstance(module, types.ModuleType):
            continue
        for held in list(vars(module).values()):
            # By their types: asking a lazy object for its class would make it.
            is_own = issubclass(type(held), type) and held.__module__ == name
            own = list(vars(held).values()) if is_own else [held]
            for one in own:
                # Names first: hardly any function has to be read.
                if type(one) is types.FunctionType and one.__module__ == name:
                    names = one.__code__.co_names
                    if _LIST in names or _LISTS[1] in names:
                        yield one


def _adds(function: types.FunctionType, lists: set[int]) -> bool:
    node, scope = function_node(function.__code__), Scope(function)
    return node is not None and any(_changes_list(one, scope, lists) for one in ast.walk(node))


def _changes_list(node: ast.AST, scope: Scope, lists: set[int]) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ADDING:
        return _is_list(node.func.value, scope, lists)
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
    changed = (one.value if isinstance(one, ast.Subscript) else one for one in targets)
    return any(_is_list(one, scope, lists) for one in changed)


def _is_list(node: ast.expr, scope: Scope, lists: set[int]) -> bool:
    """Whether an expression is a URLconf's list, or one of a module or resolver that is found when the code runs."""
    if isinstance(node, ast.Name):
        return id(scope.value(node)) in lists
    if not (isinstance(node, ast.Attribute) and node.attr in _LISTS):
        return False
    owner = node.value
    if isinstance(owner, ast.Name) and owner.id in ("self", "cls"):
        return False
    known = scope.value(owner)
    return id(getattr(known, _LIST, None)) in lists if isinstance(known, types.ModuleType) else _is_found(owner, scope)


def _is_found(owner: ast.expr, scope: Scope) -> bool:
    """Whether an object is, or is a local name for, what `import_module(…)`, `get_resolver()` or the like returns."""
    if isinstance(owner, ast.Name):
        assigned = (
            one for one in scope.nodes if isinstance(one, ast.Assign) and getattr(one.targets[0], "id", "") == owner.id
        )
        return any(not isinstance(one.value, ast.Name) and _is_found(one.value, scope) for one in assigned)
    if isinstance(owner, ast.Subscript):
        return getattr(owner.value, "attr", "") == "modules"
    called = owner.func if isinstance(owner, ast.Call) else None
    return getattr(called, "attr", getattr(called, "id", "")) in (
        "import_module",
        "get_resolver",
        "import_string",
        "__import__",
    )


def _called_by_apps() -> frozenset[str]:
    """Return the names that the `ready` of an app uses, which has run."""
    ready = (getattr(type(one).ready, "__code__", None) for one in apps.get_app_configs())
    return frozenset(name for code in ready if code is not None for name in code.co_names) | {"ready"}


def _called_at_import(file: str) -> frozenset[str]:
    """Return the names that statements outside of functions use."""
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError):
        return frozenset()
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    outside = (one for one in tree.body if not isinstance(one, kinds))
    nodes = [node for one in outside for node in ast.walk(one)]
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    return frozenset(names | {node.attr for node in nodes if isinstance(node, ast.Attribute)})
