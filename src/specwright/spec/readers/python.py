"""Python classes with typed fields: Pydantic, SQLModel, dataclasses, SQLAlchemy, Django."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from specwright.diagnostic import Code, Level, Place, Report
from specwright.spec.markdown import Fence
from specwright.spec.readers import names, remarks, types
from specwright.spec.readers.facts import Field, Stated, Target, with_target
from specwright.spec.readers.grids import typed
from specwright.spec.syntax import Default, Word
from specwright.spec.text import Text

_FIELDS = ("Field", "Column", "mapped_column")
_LINKS = ("ForeignKey", "OneToOneField")
_DJANGO = {
    "CharField": "text", "TextField": "text", "SlugField": "text", "EmailField": "text",
    "URLField": "text", "IntegerField": "int", "PositiveIntegerField": "int",
    "SmallIntegerField": "smallint", "BigIntegerField": "bigint", "AutoField": "int",
    "BigAutoField": "bigint", "BooleanField": "bool", "DateField": "date",
    "DateTimeField": "timestamptz", "UUIDField": "uuid", "JSONField": "jsonb",
    "FloatField": "double", "BinaryField": "bytea", "DecimalField": "numeric",
}  # fmt: skip
_BOUNDS = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
_MODULE = re.compile(r"\b(?:uuid|datetime|decimal|typing)\.(?=[A-Za-z])")
_SKIPPED = ("model_config", "Meta", "Config")


def read_python(fence: Fence, enums: frozenset[str], report: Report) -> Iterator[Stated]:
    """Each class that is no enum; a fence that is no Python is an open question."""
    try:
        tree = ast.parse(fence.body.value)
    except (SyntaxError, ValueError, RecursionError) as wrong:
        row = getattr(wrong, "lineno", None) or 1
        message = "This block is no Python, so it was not read."
        place = fence.body.at(row - 1, 0)
        report.add(place, Code.UNREAD_FACT, message, "Put it right.", level=Level.OPEN)
        return
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not _is_enum(node):
            name = Word(node.name, fence.body.at(node.lineno - 1, node.col_offset + len("class ")))
            fields = tuple(_Class(fence.body, enums, report).fields(node))
            if fields:
                yield Stated(name, fields)


def _is_enum(node: ast.ClassDef) -> bool:
    return any("Enum" in ast.unparse(base) for base in node.bases)


class _Class:
    def __init__(self, body: Text, enums: frozenset[str], report: Report) -> None:
        self._body = body
        self._enums = enums
        self._report = report

    def fields(self, node: ast.ClassDef) -> Iterator[Field]:
        for line in node.body:
            match line:
                case ast.AnnAssign(target=ast.Name(name)) if not _is_left_out(name):
                    one = self._annotated(name, line)
                    if one is not None:
                        yield one
                case ast.Assign(targets=[ast.Name(name)], value=ast.Call() as call):
                    one = self._called(name, line, call)
                    if one is not None:
                        yield one

    def _place(self, node: ast.expr | ast.stmt) -> Place:
        return self._body.at(node.lineno - 1, node.col_offset)

    def _text(self, node: ast.expr, said: str) -> Text:
        place = self._place(node)
        return Text(place.file, said, place.line, (place.column - 1,))

    def _annotated(self, name: str, line: ast.AnnAssign) -> Field | None:
        """Python lets a field be null only where its type says so."""
        said = ast.unparse(line.annotation)
        inner = said.removeprefix("Mapped[").removesuffix("]") if "Mapped[" in said else said
        inner = _MODULE.sub("", inner)
        if "Relationship" in ast.unparse(line.value or line.annotation):
            return None
        word = Word(names.column(name), self._place(line))
        written = self._text(line.annotation, inner.replace("Literal[", "enum(").replace("]", ")"))
        is_choice = inner.startswith("Literal[")
        one = typed(
            Field(word),
            written if is_choice else self._text(line.annotation, inner),
            self._enums,
            self._report,
        )
        one = replace(one, not_null=one.not_null is None)
        return self._valued(one, line.value) if line.value is not None else one

    def _valued(self, one: Field, value: ast.expr) -> Field:
        match value:
            case ast.Constant(value=str() | bool() | int() | float()):
                return replace(one, default=_literal(value, one.name.place))
            case ast.Call(func=ast.Name(called)) if called in _FIELDS:
                return self._arguments(one, value)
        return one

    def _arguments(self, one: Field, call: ast.Call) -> Field:
        for argument in call.args:
            if isinstance(argument, ast.Call) and ast.unparse(argument.func).endswith("ForeignKey"):
                one = self._linked(one, argument.args[0] if argument.args else None)
        for keyword in call.keywords:
            one = self._keyword(one, keyword.arg or "", keyword.value)
        return one

    def _keyword(self, one: Field, name: str, value: ast.expr) -> Field:  # noqa: C901, PLR0911 - a table
        match name, value:
            case "primary_key", ast.Constant(value=True):
                return replace(one, primary_key=True)
            case "unique", ast.Constant(value=True):
                return replace(one, unique=True)
            case (("nullable" | "null"), ast.Constant(value=bool(flag))):
                return replace(one, not_null=not flag)
            case "foreign_key", ast.Constant(value=str()):
                return self._linked(one, value)
            case "max_length", ast.Constant(value=int(most)) if _is_text(one):
                return replace(one, type=Word(f"varchar({most})", one.name.place))
            case "min_length", ast.Constant(value=int(least)):
                return self._checked(one, f"min length {least}")
            case (("default" | "server_default"), ast.Constant(value=str() | bool() | int())):
                return replace(one, default=_literal(value, one.name.place))
            case (("default_factory" | "default"), _) if "uuid" in ast.unparse(value).lower():
                return replace(one, generated=True)
            case (("auto_now_add" | "auto_now"), ast.Constant(value=True)):
                return replace(one, generated=True)
            case bound, ast.Constant(value=int() | float()) if bound in _BOUNDS:
                return self._checked(one, f"{_BOUNDS[bound]} {ast.unparse(value)}")
        return one

    def _checked(self, one: Field, said: str) -> Field:
        place = one.name.place
        phrase = Text(place.file, said, place.line, (place.column - 1,))
        return remarks.read_remark(one, phrase) or one

    def _linked(self, one: Field, target: ast.expr | None) -> Field:
        if not isinstance(target, ast.Constant | ast.Name):
            return one
        said = target.id if isinstance(target, ast.Name) else str(target.value)
        table, _, column = said.partition(".")
        return with_target(one, Target(Word(table, self._place(target)), column or None))

    def _called(self, name: str, line: ast.Assign, call: ast.Call) -> Field | None:
        """A field of Django or of SQLAlchemy's older style."""
        called = ast.unparse(call.func).rpartition(".")[2]
        word = Word(names.column(name), self._place(line))
        if called in _LINKS and call.args:
            return self._django_link(_id_of(word), call, is_unique=called == "OneToOneField")
        if called in _DJANGO:
            kind = _DJANGO[called]
            digits = {k.arg: ast.unparse(k.value) for k in call.keywords}
            if kind == "numeric" and {"max_digits", "decimal_places"} <= set(digits):
                kind = f"numeric({digits['max_digits']},{digits['decimal_places']})"
            one = Field(word, Word(kind, word.place), not_null=True)
            return self._arguments(one, call)
        if called != "Column" or not call.args:
            return None
        meaning = types.read_type(self._text(call.args[0], ast.unparse(call.args[0])), self._enums)
        if meaning is None or meaning.type is None:
            return typed(Field(word), self._text(call.args[0], ast.unparse(call.args[0])),
                         self._enums, self._report)  # fmt: skip
        return self._arguments(Field(word, Word(meaning.type, word.place)), call)

    def _django_link(self, word: Word, call: ast.Call, *, is_unique: bool) -> Field:
        one = self._linked(Field(word, not_null=True, unique=is_unique), call.args[0])
        actions = {"CASCADE": "cascade", "PROTECT": "restrict", "SET_NULL": "set null"}
        for keyword in call.keywords:
            action = actions.get(ast.unparse(keyword.value).rpartition(".")[2])
            if keyword.arg == "on_delete" and action and one.target:
                one = replace(one, target=replace(one.target, on_delete=Word(action, word.place)))
        return self._arguments(one, call)


def _id_of(word: Word) -> Word:
    """Django's `author` is kept in `author_id`."""
    return Word(word.value if word.value.endswith("_id") else f"{word.value}_id", word.place)


def _is_left_out(name: str) -> bool:
    return name.startswith("_") or name in _SKIPPED


def _is_text(one: Field) -> bool:
    return one.type is not None and one.type.value == "text"


def _literal(value: ast.Constant, place: Place) -> Default:
    said = str(value.value).lower() if isinstance(value.value, bool) else str(value.value)
    return Default(said, is_expression=False, place=place)
