"""SQL: tables, enums and indexes as they are created, and constraints that are added later."""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import sqlglot
from sqlglot import exp

from specwright.diagnostic import Code, Level, Place, Report
from specwright.spec.readers.facts import DEFAULTS, Field, Found, Stated, Target, with_target
from specwright.spec.readers.types import read_type
from specwright.spec.syntax import Default, Word
from specwright.spec.text import Text

logging.getLogger("sqlglot").disabled = True  # what it cannot parse, we say ourselves
MOST_CHARACTERS = 200_000


def read_sql(body: Text, found: Found, report: Report) -> None:
    """Adds what the script defines; what it does besides is left alone."""
    if len(body.value) > MOST_CHARACTERS:
        message = f"This block has more than {MOST_CHARACTERS:,} characters, so it was not read."
        report.add(body.place(0), Code.UNREAD_FACT, message, level=Level.OPEN)
        return
    try:
        statements = sqlglot.parse(body.value, dialect="postgres", error_level=None)
    except (sqlglot.errors.SqlglotError, RecursionError) as wrong:
        _say_syntax(body, wrong, report)
        return
    script = _Script(body, report, frozenset(found.enums))
    for statement in statements:
        if statement is not None:
            script.read(statement)
    found.enums.update(script.enums)
    found.stated += script.stated()


def _say_syntax(body: Text, wrong: Exception, report: Report) -> None:
    errors: list[dict[str, object]] = getattr(wrong, "errors", [])
    at = errors[0] if errors else {}
    row = int(str(at.get("line") or 1)) - 1
    said = str(at.get("description") or "it is nested too deeply").rstrip(".")
    message = f"This SQL was not read: {said[0].lower()}{said[1:]}."
    report.add(body.at(row, 0), Code.UNREAD_FACT, message, "Put it right.", level=Level.OPEN)


@dataclass
class _Script:
    body: Text
    report: Report
    known: frozenset[str]
    enums: dict[str, tuple[Word, ...]] = field(default_factory=dict)
    tables: dict[str, Stated] = field(default_factory=dict)

    def stated(self) -> list[Stated]:
        return [*self.tables.values()]

    def read(self, statement: exp.Expr) -> None:
        match statement:
            case exp.Create(kind="TABLE") if isinstance(statement.this, exp.Schema):
                self._table(statement.this)
            case exp.Create(kind="TYPE"):
                self._type(statement)
            case exp.Create(kind="INDEX"):
                self._index(statement)
            case exp.Alter(kind="TABLE"):
                table = self.tables.get(statement.this.name.lower())
                for one in statement.find_all(exp.Constraint):
                    if table is not None:
                        table = self._constrained(table, one)
                if table is not None:
                    self.tables[statement.this.name.lower()] = table

    def _type(self, statement: exp.Create) -> None:
        values = statement.expression
        if isinstance(values, exp.DataType) and values.is_type("enum"):
            place = self._place(statement.this)
            self.enums[statement.this.name.lower()] = tuple(
                Word(one.name, place) for one in values.expressions
            )

    def _table(self, schema: exp.Schema) -> None:
        name = Word(schema.this.name.lower(), self._place(schema.this))
        table = Stated(name, (), is_table=True)
        for one in schema.expressions:
            if isinstance(one, exp.ColumnDef):
                column = self._column(one)
                if column is not None:
                    table = replace(table, fields=(*table.fields, column))
                    continue
            table = self._constrained(table, one)
        self.tables[name.value] = table

    def _column(self, one: exp.ColumnDef) -> Field | None:
        place = self._place(one)
        name = Word(one.name.lower(), place)
        kind = one.args.get("kind")
        written = kind.sql(dialect="postgres") if kind is not None else ""
        enums = frozenset(self.enums) | self.known
        text = Text(place.file, written.lower(), place.line, (place.column - 1,))
        meaning = read_type(text, enums)
        if meaning is None:
            self._unread(place, f"`{written}` does not tell the type of `{name}`.")
            return None
        found = Field(
            name,
            None if meaning.type is None else Word(meaning.type, place),
            values=meaning.values,
            enum=meaning.enum,
        )
        if meaning.type == "serial":
            found = replace(found, type=Word("int", place), generated=True)
        for constraint in one.constraints:
            found = self._of_column(found, constraint.kind)
        return found

    def _of_column(self, one: Field, kind: exp.Expr | None) -> Field:  # noqa: PLR0911 - a table
        match kind:
            case exp.PrimaryKeyColumnConstraint():
                return replace(one, primary_key=True)
            case exp.NotNullColumnConstraint():
                return replace(one, not_null=not kind.args.get("allow_null"))
            case exp.UniqueColumnConstraint():
                return replace(one, unique=True)
            case exp.GeneratedAsIdentityColumnConstraint():
                return replace(one, generated=True)
            case exp.DefaultColumnConstraint():
                return replace(one, default=self._default(kind.this, one.name.place))
            case exp.CheckColumnConstraint():
                return replace(one, checks=(*one.checks, self._sql(kind.this, one.name.place)))
            case exp.Reference():
                return with_target(one, self._target(kind, one.name.place))
        return one

    def _default(self, value: exp.Expr, place: Place) -> Default | None:
        if isinstance(value, exp.Null):
            return None
        while isinstance(value, exp.Cast | exp.Paren):
            value = value.this
        if isinstance(value, exp.Literal | exp.Boolean):
            plain = str(value.this).lower() if isinstance(value, exp.Boolean) else value.name
            return Default(plain, is_expression=False, place=place)
        sql = value.sql(dialect="postgres").lower()
        known = {
            "current_timestamp": "now()",
            "current_timestamp()": "now()",
            "uuid_generate_v4()": "gen_random_uuid()",
        }
        called = known.get(sql, sql)
        if called not in DEFAULTS:
            self._unread(place, f"The default `{sql}` is not read from SQL.")
            return None
        return Default(called, is_expression=True, place=place)

    def _constrained(self, table: Stated, one: exp.Expr) -> Stated:
        """The table with a constraint of its own, or one that was added."""
        place = self._place(one)
        match one:
            case exp.Constraint():
                for inner in one.expressions:
                    table = self._constrained(table, inner)
                return table
            case exp.PrimaryKey():
                keys = {name.lower() for name in _names(one.expressions)}
                return replace(
                    table,
                    fields=tuple(
                        replace(f, primary_key=True) if f.name.value in keys else f
                        for f in table.fields
                    ),
                )
            case exp.UniqueColumnConstraint() if isinstance(one.this, exp.Schema):
                return replace(
                    table, uniques=(*table.uniques, self._words(one.this.expressions, place))
                )
            case exp.CheckColumnConstraint():
                return replace(table, checks=(*table.checks, self._sql(one.this, place)))
            case exp.ForeignKey():
                return self._referring(table, one, place)
        return table

    def _referring(self, table: Stated, key: exp.ForeignKey, place: Place) -> Stated:
        own = [name.lower() for name in _names(key.expressions)]
        target = self._target(key.args.get("reference"), place)
        if len(own) != 1 or target is None:
            self._unread(place, "A reference over several columns is not read from SQL.")
            return table
        return replace(
            table,
            fields=tuple(
                with_target(f, target) if f.name.value == own[0] else f for f in table.fields
            ),
        )

    def _target(self, reference: exp.Expr | None, place: Place) -> Target | None:
        if not isinstance(reference, exp.Reference):
            return None
        schema = reference.this
        table = schema.this if isinstance(schema, exp.Schema) else schema
        columns = _names(schema.expressions) if isinstance(schema, exp.Schema) else []
        options = " ".join(str(option) for option in reference.args.get("options") or ()).lower()
        action = re.search(r"on delete (cascade|set null|set default|restrict|no action)", options)
        return Target(
            Word(table.name.lower(), place),
            columns[0].lower() if columns else None,
            Word(action[1], place) if action else None,
        )

    def _index(self, statement: exp.Create) -> None:
        index = statement.this
        table = (
            self.tables.get(index.args["table"].name.lower()) if index.args.get("table") else None
        )
        params = index.args.get("params")
        if table is None or params is None:
            return
        place = self._place(index)
        columns = [one.this for one in params.args.get("columns") or ()]
        if params.args.get("where") or not all(isinstance(one, exp.Column) for one in columns):
            if statement.args.get("unique"):
                self._unread(place, "A unique index over a part of the rows is not read from SQL.")
            return
        words = tuple(Word(one.name.lower(), place) for one in columns)
        self.tables[table.name.value] = (
            replace(table, uniques=(*table.uniques, words))
            if statement.args.get("unique")
            else replace(table, indexes=(*table.indexes, words))
        )

    def _words(self, expressions: Sequence[exp.Expr], place: Place) -> tuple[Word, ...]:
        return tuple(Word(name.lower(), place) for name in _names(expressions))

    def _sql(self, value: exp.Expr, place: Place) -> Text:
        sql = value.sql(dialect="postgres")
        return Text(place.file, sql, place.line, (place.column - 1,))

    def _place(self, expression: exp.Expr) -> Place:
        for identifier in expression.find_all(exp.Identifier, bfs=False):
            if "start" in identifier.meta:
                return self.body.place(int(identifier.meta["start"]))
        return self.body.place(0)

    def _unread(self, place: Place, message: str) -> None:
        hint = "Write it in DBML."
        self.report.add(place, Code.UNREAD_FACT, message, hint, level=Level.OPEN)


def _names(expressions: Sequence[exp.Expr]) -> list[str]:
    return [found.name for one in expressions for found in _identifiers(one)]


def _identifiers(one: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(one, exp.Ordered):
        one = one.this
    yield one
