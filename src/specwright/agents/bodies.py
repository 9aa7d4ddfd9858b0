"""What a file of hooks may be made of, seen without running it.

It runs in the process of the tests that judge it, so what could reach them is refused: Python's
insides, the system, other modules' names. Python cannot be held by reading it; what gets past here
meets a test that must fail (`gates.canary`).
"""

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

LIMIT = 256_000  # bytes

COMPUTES = frozenset(
    """
    __future__ abc base64 bisect calendar collections copy dataclasses datetime decimal difflib
    enum fractions functools hashlib heapq hmac itertools json logging math numbers operator
    random re secrets statistics string textwrap time types typing unicodedata urllib.parse
    uuid zlib zoneinfo
    """.split()
)
OURS = ("backend", "sqlalchemy")
CLOSED = ("backend.app", "backend.core.settings")  # what a hook has no business with

# Builtins that lead anywhere, by a text.
REACHES = frozenset(
    """
    __import__ breakpoint compile delattr eval exec getattr globals locals open setattr vars
    """.split()
)
# What leads there from modules that are fine, as in `re.enum.sys`.
LEADS = frozenset(
    """
    asyncio builtins ctypes gc importlib inspect linecache multiprocessing os pathlib pickle pkgutil
    posix pytest _pytest runpy shutil socket subprocess sys tempfile threading unittest warnings
    attrgetter methodcaller get_field get_type_hints ForwardRef CodeType FunctionType FileHandler
    StreamHandler basicConfig
    """.split()
)
DUNDERS = ("__init__", "__name__", "__doc__", "__all__", "__post_init__", "__slots__")
SYSTEM_IN_SQL = (
    "to program",
    "from program",
    "pg_read",
    "pg_write",
    "lo_import",
    "lo_export",
    "dblink",
)


@dataclass(frozen=True, slots=True)
class Objection:
    """One thing that is held against a file, at its line."""

    line: int
    problem: str


def objections(text: str, before: str, asked: Collection[str]) -> tuple[Objection, ...]:
    """What is wrong with a file, which was another before, and was asked for some functions."""
    try:
        tree = ast.parse(text)
        found = (*_Reader(tree).objections(), *_unasked(tree, before, asked))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = (error.lineno if isinstance(error, SyntaxError) else None) or 1
        said = (str(error).splitlines() or ["it nests too deeply"])[0]
        return (Objection(line, f"is no Python: {said}"),)
    return tuple(dict.fromkeys(sorted(found, key=lambda one: one.line)))


_Placed = ast.stmt | ast.expr


class _Reader:
    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.imported = {
            (alias.asname or alias.name).partition(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        self.imported |= {name for node in ast.walk(tree) for name in self._other_names(node)}

    def _other_names(self, node: ast.AST) -> Iterator[str]:
        """Of what is imported, as in `errors = backend.core.errors`."""
        if isinstance(node, ast.Assign) and self._is_foreign(node.value):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))

    def objections(self) -> Iterator[Objection]:
        for node in ast.walk(self.tree):
            for problem in self._of(node):
                yield Objection(node.lineno if isinstance(node, _Placed) else 1, problem)

    def _of(self, node: ast.AST) -> Iterator[str]:
        match node:
            case ast.Import():
                yield from _modules(alias.name for alias in node.names)
            case ast.ImportFrom():
                yield from _from(node)
            case ast.Global():
                yield "changes a global name"
            case ast.Name(id=name) if name in REACHES or name in LEADS or _is_inside(name):
                yield f"asks `{name}`, which leads out of a hook"
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) if name in self.imported:
                yield f"changes `{name}`, which it imports"
            case ast.Attribute():
                yield from self._of_attribute(node)
            case ast.Subscript(value=value, ctx=ast.Store() | ast.Del()) if self._is_foreign(value):
                yield f"changes `{ast.unparse(value)}`, which is not its own"
            case ast.Constant(value=str(text)) if _reaches_system(text):
                yield "has the database reach the system"
            case _:
                pass

    def _of_attribute(self, node: ast.Attribute) -> Iterator[str]:
        if _is_inside(node.attr) or node.attr in LEADS:
            yield f"asks `.{node.attr}`, which leads out of a hook"
        if not isinstance(node.ctx, ast.Load) and self._is_foreign(node.value):
            yield f"changes `{ast.unparse(node)}`, which is not its own"

    def _is_foreign(self, node: ast.expr) -> bool:
        """Whether it is, or lies in, what the file imports."""
        while isinstance(node, ast.Attribute | ast.Subscript):
            node = node.value
        return isinstance(node, ast.Name) and node.id in self.imported


def _from(node: ast.ImportFrom) -> Iterator[str]:
    if node.level:
        yield "imports by its place: name the module from `backend` on"
        return
    home = node.module or ""
    yield from _modules([home])
    for alias in node.names:
        if alias.name == "*":
            yield f"imports all of `{home}`: name what is needed"
        elif home != "__future__" and (alias.name in LEADS or _is_inside(alias.name)):
            yield f"imports `{alias.name}` from `{home}`, which leads to the system"
        elif f"{home}.{alias.name}" in CLOSED:
            yield f"imports `{home}.{alias.name}`, which a hook does not need"


def _modules(names: Iterator[str] | list[str]) -> Iterator[str]:
    for name in names:
        top = name.partition(".")[0]
        is_fine = name in COMPUTES or top in OURS or name == "collections.abc"
        if not is_fine or any(name == closed or name.startswith(f"{closed}.") for closed in CLOSED):
            yield f"imports `{name}`, which a hook does not need"


def _reaches_system(text: str) -> bool:
    words = " ".join(text.lower().split())
    return any(one in words for one in SYSTEM_IN_SQL)


def _is_inside(name: str) -> bool:
    return name.startswith("__") and name.endswith("__") and name not in DUNDERS


# -- What was not asked for


def _unasked(tree: ast.Module, before: str, asked: Collection[str]) -> Iterator[Objection]:
    """Functions that somebody else wrote stay as they were."""
    now = _functions(tree)
    for name, was in _functions(ast.parse(before)).items():
        if name.rpartition(".")[2] in asked:
            continue
        node = now.get(name)
        if node is None:
            yield Objection(1, f"no longer has `{name}`, which was not to be written")
        elif ast.dump(node) != ast.dump(was):
            yield Objection(node.lineno, f"changes `{name}`, which was not to be written")


_Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions(tree: ast.Module) -> Mapping[str, _Function]:
    """By the name of their class and their own."""
    within = [("", tree.body)] + [
        (f"{one.name}.", one.body) for one in tree.body if isinstance(one, ast.ClassDef)
    ]
    return {
        f"{prefix}{node.name}": node
        for prefix, body in within
        for node in body
        if isinstance(node, _Function)
    }
