"""All that a file states of tables, in whatever notation, as one data model."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from specwright.diagnostic import Code, Level, Place, Report
from specwright.spec import syntax
from specwright.spec.markdown import Block, Fence, Grid, Heading, Paragraph
from specwright.spec.readers import names
from specwright.spec.readers.bullets import bullet
from specwright.spec.readers.constraints import constraint
from specwright.spec.readers.diagrams import is_er_diagram, read_er_diagram
from specwright.spec.readers.enums import read_enums
from specwright.spec.readers.facts import Field, Found, Stated, Target, merged
from specwright.spec.readers.grids import field_table
from specwright.spec.readers.prisma import read_prisma
from specwright.spec.readers.python import read_python
from specwright.spec.readers.reconciling import reconciled
from specwright.spec.syntax import Default, Word

_KEY = "id"
_STAMPS = ("created_at", "updated_at")


def read_tables(parts: Sequence[Block], report: Report) -> syntax.DataModel:
    """The tables of a file; what is not understood is an open question at its cell or line."""
    found = _found(parts, report)
    return _Assembly(found, report).model()


# -- What is found, in the order of the file ------------------------------------------------------


def _found(parts: Sequence[Block], report: Report) -> Found:
    found = Found(enums=read_enums(parts))
    enums = frozenset(name for name in found.enums if "." not in name)
    headings: list[Heading] = []
    listed: dict[str, Stated] = {}
    for part in parts:
        if isinstance(part, Heading):
            headings = [one for one in headings if one.level < part.level] + [part]
            continue
        if isinstance(part, Fence):
            _fence(part, found, enums, report)
            continue
        name = _thing(headings)
        if name is None:
            continue
        fields = _fields(part, enums, report)
        together = constraint(part, report) if isinstance(part, Paragraph) else None
        if fields:
            before = listed.get(name.value) or Stated(name, ())
            listed[name.value] = replace(before, fields=merged((*before.fields, *fields)))
        elif together is not None and name.value in listed:
            listed[name.value] = together.added_to(listed[name.value])
    found.stated = sorted((*found.stated, *listed.values()), key=lambda one: one.name.place)
    return found


def _thing(headings: Sequence[Heading]) -> Word | None:
    """What stands below the headings is about: the nearest that is not called `Fields` or so."""
    for heading in reversed(headings):
        if heading.level == 1:
            return None
        if not names.is_generic(heading.title):
            return names.thing(heading.title)
    return None


def _fields(part: Block, enums: frozenset[str], report: Report) -> tuple[Field, ...]:
    if isinstance(part, Grid):
        return field_table(part, enums, report) or ()
    one = bullet(part, enums, report) if isinstance(part, Paragraph) else None
    return (one,) if one is not None else ()


def _fence(fence: Fence, found: Found, enums: frozenset[str], report: Report) -> None:
    if fence.language in ("sql", "postgresql", "postgres", "pgsql"):
        from specwright.spec.readers.sql import read_sql  # noqa: PLC0415 - a large library

        read_sql(fence.body, found, report)
    elif fence.language == "mermaid" and is_er_diagram(fence.body):
        found.stated += read_er_diagram(fence.body, enums, report)
    elif fence.language in ("python", "py"):
        found.stated += read_python(fence, enums, report)
    elif fence.language == "prisma":
        found.stated += read_prisma(fence.body, enums, report)


# -- Tables ---------------------------------------------------------------------------------------


@dataclass
class _Assembly:
    found: Found
    report: Report
    enums: dict[str, syntax.Enum] = field(default_factory=dict)

    def model(self) -> syntax.DataModel:
        stated = [one for one in reconciled(self.found.stated, self.report) if self._is_table(one)]
        by_name = {_table_name(one): _keyed(one) for one in stated}
        tables = tuple(self._table(name, one, by_name) for name, one in by_name.items())
        references = tuple(
            reference
            for name, one in by_name.items()
            for reference in self._references(name, one, by_name)
        )
        return syntax.DataModel(tables, tuple(self.enums.values()), references)

    def _is_table(self, one: Stated) -> bool:
        keys = [f for f in one.fields if f.primary_key or f.name.value == _KEY]
        name = one.name
        if one.is_table or (keys and not names.is_sent(name.value)):
            return not any(f.is_open for f in keys)
        if keys:
            self._open(
                name.place,
                f"`{name}` is called like a message, so it is not taken for a table.",
                "If it is one, write it in DBML.",
            )
        elif not names.may_be_sent(name.value):
            self._open(
                name.place,
                f"Nothing says what the key of `{name}` is, so it is not taken for a table.",
                "If it is one, write `PK` at its key.",
            )
        return False

    def _table(self, name: str, one: Stated, by_name: dict[str, Stated]) -> syntax.Table:
        self._say_nulls(one)
        keys = [f.name for f in one.fields if f.primary_key]
        columns = (self._column(name, f, by_name, is_key=keys == [f.name]) for f in one.fields)
        indexes = [syntax.Index(words, unique=True, place=words[0].place) for words in one.uniques]
        indexes += [
            syntax.Index(words, place=words[0].place)
            for words in one.indexes
            if not _is_unique(one, words)
        ]
        if len(keys) > 1:
            indexes.append(syntax.Index(tuple(keys), primary_key=True, place=keys[0].place))
        return syntax.Table(
            Word(name, one.name.place),
            tuple(column for column in columns if column is not None),
            indexes=tuple(indexes),
            checks=tuple(syntax.Check(check, None) for check in one.checks),
        )

    def _say_nulls(self, one: Stated) -> None:
        if not one.is_table and all(f.not_null is None for f in one.fields):
            self._open(
                one.name.place,
                f"Nothing says which fields of `{one.name}` may be null, so all but its key may.",
                "Write `required` or `NOT NULL` where one must have a value.",
            )

    def _column(
        self, table: str, one: Field, by_name: dict[str, Stated], *, is_key: bool
    ) -> syntax.Column | None:
        kind = None if one.is_open else self._type(table, one, by_name)
        if kind is None:
            return None
        default, increment = _default(one, kind, is_key=is_key)
        is_stamp = one.name.value in _STAMPS and default is not None
        return syntax.Column(
            one.name,
            kind,
            primary_key=is_key,
            not_null=not is_key and (bool(one.not_null) or is_stamp),
            unique=one.unique and not is_key,
            increment=increment,
            default=default,
            checks=one.checks,
        )

    def _type(self, table: str, one: Field, by_name: dict[str, Stated]) -> Word | None:
        if one.type is not None:
            return one.type
        if one.target is not None:
            return self._type_of_target(one, one.target, by_name)
        return self._enum(table, one)

    def _type_of_target(
        self, one: Field, pointed: Target, by_name: dict[str, Stated]
    ) -> Word | None:
        target = by_name.get(names.table(pointed.name.value))
        keys = [f for f in target.fields if f.primary_key] if target else []
        if len(keys) == 1 and keys[0].type is not None:
            return Word(keys[0].type.value, one.name.place)
        self._open(
            one.name.place,
            f"`{one.name}` points at `{pointed.name}`, which is no table here.",
            "Write the type of its column, such as `uuid`.",
        )
        return None

    def _enum(self, table: str, one: Field) -> Word | None:
        values = one.values
        name = f"{names.singular(table)}_{one.name}"
        if one.enum is not None:
            values, name = self.found.enums[one.enum], names.column(one.enum)
        if not values:
            values = next(
                (
                    listed
                    for key, listed in self.found.enums.items()
                    if _is_of(key, table, one.name.value)
                ),
                (),
            )
        if not values:
            self._open(
                one.name.place,
                f"Nothing says which values `{one.name}` can have.",
                "Write `enum: draft | placed` with all of them.",
            )
            return None
        self.enums.setdefault(name, syntax.Enum(Word(name, one.name.place), values))
        return Word(name, one.name.place)

    def _references(
        self, table: str, one: Stated, by_name: dict[str, Stated]
    ) -> Iterator[syntax.Reference]:
        for f in one.fields:
            if f.target is None or f.is_open:
                continue
            wanted = f.target.name.value
            name = wanted if wanted in by_name else names.table(wanted)
            target = by_name.get(name)
            keys = [k.name for k in target.fields if k.primary_key] if target else []
            columns = [Word(f.target.column, f.target.name.place)] if f.target.column else keys
            if target is None or len(columns) != 1:
                self._open(
                    f.target.name.place,
                    f"`{f.target.name}` is no table here, so `{table}.{f.name}` points at nothing.",
                    f"Add the table `{name}`, or drop the reference.",
                )
                continue
            yield syntax.Reference(
                Word(table, one.name.place),
                (f.name,),
                Word(name, f.target.name.place),
                tuple(columns),
                one_to_one=f.unique,
                on_delete=f.target.on_delete,
            )

    def _open(self, place: Place, message: str, hint: str) -> None:
        self.report.add(place, Code.UNREAD_FACT, message, hint, level=Level.OPEN)


def _table_name(one: Stated) -> str:
    return one.name.value if one.is_table else names.table(one.name.value)


def _keyed(one: Stated) -> Stated:
    """A field called `id` is the key of a table that names none."""
    if any(f.primary_key for f in one.fields):
        return one
    return replace(
        one, fields=tuple(replace(f, primary_key=f.name.value == _KEY) for f in one.fields)
    )


def _is_unique(one: Stated, words: Sequence[Word]) -> bool:
    """Whether an index over the columns is there anyhow."""
    columns = {word.value for word in words}
    single = any(f.unique or f.primary_key for f in one.fields if {f.name.value} == columns)
    return single or any({w.value for w in other} == columns for other in one.uniques)


def _default(one: Field, kind: Word, *, is_key: bool) -> tuple[Default | None, bool]:
    """Its default, and whether the database counts: what a key or a stamp has by convention."""
    if one.default is not None:
        return one.default, False
    is_own = one.target is None and (one.generated or (is_key and one.name.value == _KEY))
    place = one.name.place
    if kind.value == "uuid" and is_own:
        return Default("gen_random_uuid()", is_expression=True, place=place), False
    if kind.value in ("int", "bigint", "smallint") and is_own:
        return None, True
    if kind.value == "timestamptz" and (one.name.value in _STAMPS or one.generated):
        return Default("now()", is_expression=True, place=place), False
    return None, False


def _is_of(key: str, table: str, column: str) -> bool:
    """Whether a list of values, `Product.category` or `category`, is that of a column."""
    thing, _, listed = key.rpartition(".")
    return listed == column and (not thing or names.table(thing) == table)
