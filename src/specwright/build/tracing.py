"""From what a bundle asks for to the tests that show it, read from the tests themselves."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath

from specwright.address import snake
from specwright.build.compilation import Backend
from specwright.model import Model
from specwright.tree import Tree
from specwright.workflow.delivery import is_test_file
from specwright.workflow.promises import Promises, Requirement, Scenario

ACCESS, TENANCY = "rules.md#access", "rules.md#tenancy"
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_PARAMETER = re.compile(r"\{[^{}]*\}")
_ANY = "{}"  # what a path has in the place of a value


def promises(backend: Backend) -> Promises:
    """The requirements and scenarios of the bundle, and what each emitted test calls."""
    model = backend.model
    known = tuple(one.id for one in model.operations)
    tests = {(one.feature, one.name.value): test for test, one in backend.told.items()}
    reader = _Reader(_routes(model), frozenset({*known, *(job.name for job in model.jobs)}))
    return Promises(
        requirements=tuple(
            Requirement(one.id, one.text, str(one.place), one.links) for one in model.traces
        ),
        scenarios=tuple(
            Scenario(
                one.feature,
                one.name.value,
                str(one.name.place),
                tests.get((one.feature, one.name.value), ""),
            )
            for one in model.scenarios
        ),
        operations=known,
        calls=dict(reader.calls(backend.tests)),
        not_shown=backend.not_shown,
    )


def _routes(model: Model) -> dict[tuple[str, str], str]:
    """Operations by method and path, every parameter alike."""
    return {
        (one.method.upper(), _PARAMETER.sub(_ANY, one.path)): one.id for one in model.operations
    }


@dataclass(frozen=True)
class _Reader:
    """Reads which operations and jobs the functions of a module name or call."""

    routes: Mapping[tuple[str, str], str]
    names: frozenset[str]

    def calls(self, tests: Tree) -> Iterator[tuple[str, tuple[str, ...]]]:
        for path, text in tests.items():
            if is_test_file(path):
                functions = {
                    one.name: one
                    for one in ast.parse(text).body
                    if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
                }
                for name in functions:
                    if name.startswith("test_"):
                        found = self._of(name, functions, set()) | _rules(path, name)
                        yield f"{path}::{name}", tuple(sorted(found))

    def _of(self, name: str, functions: Mapping[str, ast.AST], seen: set[str]) -> set[str]:
        """Of a function, and of those of its module that it calls."""
        seen.add(name)
        found = {one for one in self.names if _is_said_in(name, one)}
        for node in ast.walk(functions[name]):
            if isinstance(node, ast.Constant) and node.value in self.names:
                found.add(str(node.value))
            elif isinstance(node, ast.Call):
                found |= self._called(node.args)
            elif isinstance(node, ast.Name) and node.id in functions and node.id not in seen:
                found |= self._of(node.id, functions, seen)
        return found

    def _called(self, arguments: Sequence[ast.expr]) -> set[str]:
        """The operation of a method that stands before its path."""
        texts = [_text(one) for one in arguments]
        return {
            operation
            for method, path in pairwise(texts)
            if method in _METHODS
            and path is not None
            and (operation := self.routes.get((method, path.partition("?")[0])))
        }


def _rules(path: str, name: str) -> set[str]:
    """The parts of `rules.md` that a test is about as a whole."""
    tenancy = {TENANCY} if name.startswith("test_what_belongs_to_another_") else set[str]()
    return tenancy | ({ACCESS} if PurePosixPath(path).name == "test_access.py" else set[str]())


def _is_said_in(test: str, operation: str) -> bool:
    """Whether a test is named after it; a single word, such as `heartbeat`, may mean anything."""
    words = snake(operation)
    return "_" in words and f"_{words}_" in f"{test}_"


def _text(expression: ast.expr) -> str | None:
    """A text, with `{}` in the place of each value that is put in."""
    if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
        return expression.value
    if isinstance(expression, ast.JoinedStr):
        return "".join(_text(part) or _ANY for part in expression.values)
    return None
