"""From the tables of a data model to entities: names, types, keys, constraints, relations."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from specwright.address import pascal
from specwright.diagnostic import Code, Place, Report, did_you_mean
from specwright.model import naming
from specwright.model.entities import (
    Check,
    Column,
    Entity,
    EnumType,
    Index,
    Key,
    LiteralDefault,
    SqlDefault,
    Unique,
)
from specwright.model.references import with_references
from specwright.model.sql_checks import Bound, Shape, check_sql_default, read_check
from specwright.model.sql_types import Kind, SqlType, read_type
from specwright.model.wording import check_name, listed
from specwright.spec import syntax
from specwright.spec.syntax import Word
from specwright.spec.text import Text

_WHOLE = (Kind.SMALLINT, Kind.INT, Kind.BIGINT)
_TEXTS = (Kind.TEXT, Kind.VARCHAR)
_MOST_DIGITS = 19  # of 64 bits


def read_enums(written: Sequence[syntax.Enum], report: Report) -> tuple[EnumType, ...]:
    enums: dict[str, EnumType] = {}
    for enum in written:
        if enum.name.value in enums:
            _twice(enum.name, "enum", report)
            continue
        values = _distinct(enum.values, "value of this enum", report)
        if not values:
            report.add(
                enum.name.place,
                Code.COLUMN_TYPE,
                f"The enum `{enum.name}` has no values.",
                "Write each value on a line of its own between the braces.",
            )
            continue
        name = enum.name.value
        enums[name] = EnumType(name, pascal(name), values, enum.name.place)
    return tuple(enums.values())


def read_entities(
    model: syntax.DataModel, enums: Sequence[EnumType], report: Report
) -> tuple[Entity, ...]:
    """The entities in the order of their tables; a table that cannot stand is left out."""
    enum_by_name = {enum.name: enum for enum in enums}
    tables: dict[str, Entity] = {}
    for table in _usable_tables(model.tables, enums, report):
        tables[table.name.value] = _Table(table, enum_by_name, report).entity()
    return with_references(tables, model.references, report)


# -- Names ----------------------------------------------------------------------------------------


def _usable_tables(
    tables: Sequence[syntax.Table], enums: Sequence[EnumType], report: Report
) -> Iterable[syntax.Table]:
    by_fold: dict[str, Word] = {}
    classes = {enum.class_name: f"the enum `{enum.name}`" for enum in enums}
    for table in tables:
        name = table.name
        earlier = by_fold.setdefault(name.value.casefold(), name)
        if earlier is not name:
            _twice(name, "table", report, earlier)
            continue
        check_name(name, "table", report)
        entity = naming.entity_name(name.value)
        taken = classes.get(entity)
        if taken is not None:
            report.add(
                name.place,
                Code.DECLARED_TWICE,
                f"The entity of the table `{name}` is `{entity}`, and so is {taken}.",
                "Give one of them another name.",
            )
            continue
        classes[entity] = f"that of `{name}`"
        _check_was(table, tables, report)
        yield table


def _check_was(table: syntax.Table, tables: Sequence[syntax.Table], report: Report) -> None:
    was = table.custom.get("was")
    if was is not None and was.value in {one.name.value for one in tables}:
        report.add(
            was.place,
            Code.DECLARED_TWICE,
            f"`{table.name}` cannot have been `{was}`, which is still a table.",
            f"Drop `was`, or the table `{was}`.",
        )


def _twice(name: Word, what: str, report: Report, earlier: Word | None = None) -> None:
    differs = earlier is not None and earlier.value != name.value
    report.add(
        name.place,
        Code.DECLARED_TWICE,
        f"The {what} `{name}` differs only in case from `{earlier}`, at line {earlier.place.line}."
        if earlier is not None and differs
        else f"The {what} `{name}` is declared twice.",
        "Merge the two, or give one of them another name.",
    )


def _distinct(words: Sequence[Word], what: str, report: Report) -> tuple[str, ...]:
    found: dict[str, Word] = {}
    for word in words:
        if word.value in found:
            _twice(word, what, report)
        found.setdefault(word.value, word)
    return tuple(found)


# -- One table ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Table:
    """The reading of one table."""

    table: syntax.Table
    enums: Mapping[str, EnumType]
    report: Report

    @property
    def _name(self) -> str:
        return self.table.name.value

    def entity(self) -> Entity:
        columns = tuple(self._columns())
        key = self._primary_key(columns)
        in_key = frozenset(key.columns)
        row = naming.row_name(self._name)
        return Entity(
            name=naming.entity_name(self._name),
            row=row,
            table=self._name,
            place=self.table.name.place,
            columns=tuple(
                replace(column, nullable=column.nullable and column.name not in in_key)
                for column in columns
            ),
            primary_key=key,
            uniques=tuple(self._uniques(columns, key)),
            checks=tuple(self._checks(columns)),
            indexes=tuple(self._indexes(columns)),
            note=self.table.note,
            audited="audit" in self.table.custom,
            soft_deleted=any(column.name == "deleted_at" for column in columns),
            was=self.table.custom["was"].value if "was" in self.table.custom else None,
        )

    def _columns(self) -> Iterable[Column]:
        seen: dict[str, Word] = {}
        for column in self.table.columns:
            name = column.name
            earlier = seen.setdefault(name.value.casefold(), name)
            if earlier is not name:
                _twice(name, f"column of `{self._name}`", self.report, earlier)
                continue
            check_name(name, "column", self.report)
            column_type = read_type(column.type, frozenset(self.enums), self.report)
            if column_type is not None and column.increment:
                column_type = self._identity(column, column_type)
            if column_type is not None:
                yield self._column(column, column_type)

    def _identity(self, column: syntax.Column, column_type: SqlType) -> SqlType:
        if column_type.kind in _WHOLE:
            return replace(column_type, identity=True)
        self.report.add(
            column.name.place,
            Code.COLUMN_TYPE,
            f"`increment` counts, but `{column.name}` is `{column.type}`.",
            "Write `int` or `bigint`, or drop `increment`.",
        )
        return column_type

    def _column(self, column: syntax.Column, column_type: SqlType) -> Column:
        return Column(
            name=column.name.value,
            type=column_type,
            nullable=not (column.not_null or column.primary_key or column_type.identity),
            place=column.name.place,
            default=self._default(column, column_type),
            note=column.note,
            personal=_is_on(column.custom.get("personal")),
            encrypted=_is_on(column.custom.get("encrypted")),
            was=self._was(column),
        )

    def _was(self, column: syntax.Column) -> str | None:
        was = column.custom.get("was")
        if was is None:
            return None
        if was.value in {one.name.value for one in self.table.columns}:
            self.report.add(
                was.place,
                Code.DECLARED_TWICE,
                f"`{column.name}` cannot have been `{was}`, which is still a column of "
                f"`{self._name}`.",
                f"Drop `was`, or the column `{was}`.",
            )
        return was.value

    def _default(
        self, column: syntax.Column, column_type: SqlType
    ) -> LiteralDefault | SqlDefault | None:
        default = column.default
        if default is None:
            return None
        if default.is_expression:
            text = Text(
                default.place.file, default.value, default.place.line, (default.place.column,)
            )
            check_sql_default(text, self.report)
            return SqlDefault(default.value.strip())
        literal = _literal(default.value, column_type, self.enums)
        if literal is None:
            values = self.enums[column_type.enum].values if column_type.enum else ()
            self.report.add(
                default.place,
                Code.COLUMN_DEFAULT,
                f"`{default.value}` is no value of the type `{column.type}`.",
                did_you_mean(default.value, values) or _range_of(column_type, values),
            )
            return SqlDefault(default.value)
        return literal

    def _primary_key(self, columns: Sequence[Column]) -> Key:
        of_columns = [column.name for column in self.table.columns if column.primary_key]
        of_indexes = [index for index in self.table.indexes if index.primary_key]
        if of_columns and of_indexes:
            self._say_key(of_indexes[0].columns[0].place, "has two primary keys")
        elif len(of_indexes) > 1:
            self._say_key(of_indexes[1].columns[0].place, "has two primary keys")
        words = of_columns or [word for index in of_indexes[:1] for word in index.columns]
        if not words:
            self._say_key(
                self.table.name.place,
                "has no primary key",
                "Write `id uuid [pk, default: `gen_random_uuid()`]`.",
            )
        name = naming.primary_key_name(self._name)
        return Key(name, self._known(words, columns) or ())

    def _say_key(self, place: Place, what: str, hint: str | None = None) -> None:
        self.report.add(place, Code.PRIMARY_KEY, f"The table `{self._name}` {what}.", hint)

    def _known(self, words: Sequence[Word], columns: Sequence[Column]) -> tuple[str, ...] | None:
        """The columns that the words name; a column with an error of its own is not asked for."""
        names = [column.name for column in columns]
        declared = {column.name.value for column in self.table.columns}
        unknown = [word for word in words if word.value not in declared]
        for word in unknown:
            self.report.add(
                word.place,
                Code.UNKNOWN_COLUMN,
                f"`{word}` is no column of `{self._name}`.",
                did_you_mean(word.value, names),
            )
        if unknown or any(word.value not in names for word in words):
            return None
        return _distinct(words, f"column in this index of `{self._name}`", self.report)

    def _uniques(self, columns: Sequence[Column], key: Key) -> Iterable[Unique]:
        of_columns = [(column.name,) for column in self.table.columns if column.unique]
        of_indexes = [index for index in self.table.indexes if index.unique]
        folds = frozenset(column.name for column in columns if column.type.folded)
        seen = set() if folds & frozenset(key.columns) else {frozenset(key.columns)}
        for words, name in (
            *((words, None) for words in of_columns),
            *((index.columns, index.name) for index in of_indexes),
        ):
            found = self._known(words, columns)
            if found is None or frozenset(found) in seen:
                continue
            seen.add(frozenset(found))
            yield Unique(
                name.value if name is not None else naming.unique_name(self._name, found),
                found,
                folded=tuple(column for column in found if column in folds),
            )

    def _checks(self, columns: Sequence[Column]) -> Iterable[Check]:
        by_name = {column.name: column for column in columns}
        names: dict[str, None] = {}
        for column in columns:
            if column.type.enum is not None:
                yield self._enum_check(column, self.enums[column.type.enum], names)
        for written in self.table.columns:
            for expression in written.checks:
                base = naming.check_name(self._name, written.name.value)
                yield from self._check(expression, _free(base, names), by_name, names)
        for number, check in enumerate(self.table.checks, start=1):
            if check.name is not None and check.name.value in names:
                _twice(check.name, "check", self.report)
                continue
            base = naming.check_name(self._name, str(number))
            name = check.name.value if check.name is not None else _free(base, names)
            yield from self._check(check.expression, name, by_name, names)

    def _enum_check(self, column: Column, enum: EnumType, names: dict[str, None]) -> Check:
        name = naming.check_name(self._name, column.name)
        names[name] = None
        values = ", ".join("'" + value.replace("'", "''") + "'" for value in enum.values)
        return Check(
            name,
            f"{column.name} IN ({values})",
            (column.name,),
            whole=True,
            enum_column=column.name,
        )

    def _check(
        self,
        expression: Text,
        name: str,
        columns: Mapping[str, Column],
        names: dict[str, None],
    ) -> Iterable[Check]:
        names[name] = None
        declared = [column.name.value for column in self.table.columns]
        read = read_check(expression, declared, self.report)
        if read is not None and all(column in columns for column in read.columns):
            yield Check(
                name,
                expression.value.strip(),
                read.columns,
                tuple(_within(shape, columns) for shape in read.shapes),
                read.whole,
            )

    def _indexes(self, columns: Sequence[Column]) -> Iterable[Index]:
        seen: set[tuple[str, ...]] = set()
        for index in self.table.indexes:
            if index.unique or index.primary_key:
                continue
            found = self._known(index.columns, columns)
            if found is None or found in seen:
                continue
            seen.add(found)
            name = index.name.value if index.name else naming.index_name(self._name, found)
            yield Index(name, found)


def _is_on(word: Word | None) -> bool:
    return word is not None and word.value.lower() not in ("no", "false", "")


def _free(name: str, taken: Mapping[str, None]) -> str:
    """The name, numbered from 2 on where it is taken."""
    numbered = (name if number == 1 else f"{name}_{number}" for number in range(1, len(taken) + 2))
    return next(candidate for candidate in numbered if candidate not in taken)


def _within(shape: Shape, columns: Mapping[str, Column]) -> Shape:
    """For whole numbers, `> 0` is `>= 1`."""
    if not isinstance(shape, Bound):
        return shape
    if columns[shape.column].type.kind not in _WHOLE and not shape.of_length:
        return shape
    low, high = shape.low, shape.high
    if shape.low_is_outside and isinstance(low, int):
        shape = replace(shape, low=low + 1, low_is_outside=False)
    if shape.high_is_outside and isinstance(high, int):
        shape = replace(shape, high=high - 1, high_is_outside=False)
    return shape


def _range_of(column_type: SqlType, values: Sequence[str]) -> str | None:
    if values:
        return f"It is one of {listed(values)}."
    if column_type.bounds is None:
        return None
    low, high = column_type.bounds
    return f"It is a whole number from {low} to {high}."


def _literal(
    value: str, column_type: SqlType, enums: Mapping[str, EnumType]
) -> LiteralDefault | None:
    """The value of the column's type that is written, or None where there is none."""
    match column_type.kind:
        case Kind.ENUM:
            enum = enums.get(column_type.enum or "")
            return LiteralDefault(value) if enum and value in enum.values else None
        case Kind.TEXT | Kind.VARCHAR:
            fits = column_type.length is None or len(value) <= column_type.length
            return LiteralDefault(value) if fits else None
        case Kind.BOOL:
            word = value.lower()
            return LiteralDefault(word == "true") if word in ("true", "false") else None
        case Kind.JSONB:
            return LiteralDefault(value) if value in ("{}", "[]") else None
        case _:
            return _number(value, column_type)


def _number(value: str, column_type: SqlType) -> LiteralDefault | None:
    if column_type.bounds is not None:
        return _whole_number(value, column_type)
    is_decimal = column_type.kind in (Kind.NUMERIC, Kind.DOUBLE)
    return _decimal_number(value) if is_decimal else None


def _whole_number(value: str, column_type: SqlType) -> LiteralDefault | None:
    digits = value.removeprefix("-")
    if (
        not (digits.isascii() and digits.isdigit())
        or len(digits) > _MOST_DIGITS
        or not column_type.bounds
    ):
        return None
    low, high = column_type.bounds
    return LiteralDefault(int(value)) if low <= int(value) <= high else None


def _decimal_number(value: str) -> LiteralDefault | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return LiteralDefault(number) if number.is_finite() else None
