"""Schemas as Hypothesis draws them: few names, so that two of them have much in common."""

from dataclasses import dataclass

from hypothesis import strategies as st

from specwright.model.sql_types import Kind, SqlType
from specwright.plan.schema import (
    Check,
    Column,
    ForeignKey,
    Index,
    PrimaryKey,
    Schema,
    Table,
    Unique,
)

UUID = SqlType(Kind.UUID)
BIGINT = SqlType(Kind.BIGINT)
INT = SqlType(Kind.INT)
TEXT = SqlType(Kind.TEXT)


@dataclass(frozen=True)
class Sort:
    """A type, what a row may hold of it, defaults, and a check that any such row passes."""

    type: SqlType
    value: str
    defaults: tuple[str, ...]
    check: str


SORTS = (
    Sort(TEXT, "'1'", ("'1'", "'it''s'"), "length({}) >= 0"),
    Sort(SqlType(Kind.VARCHAR, length=40), "'1'", ("'1'",), "{} <> 'no'"),
    Sort(SqlType(Kind.VARCHAR, length=60), "'1'", ("'1'", "'one'"), "length({}) > 0"),
    Sort(SqlType(Kind.VARCHAR), "'1'", (), "{} NOT LIKE 'x%'"),
    Sort(SqlType(Kind.SMALLINT), "1", ("1",), "{} >= 0"),
    Sort(INT, "1", ("1", "-1"), "{} BETWEEN -9 AND 9"),
    Sort(BIGINT, "1", ("1",), "{} < 9"),
    Sort(SqlType(Kind.NUMERIC), "1", ("1.5",), "{} > -9"),
    Sort(SqlType(Kind.NUMERIC, precision=10, scale=2), "1", ("1",), "{} > -8"),
    Sort(SqlType(Kind.NUMERIC, precision=12, scale=2), "1", ("1",), "{} > -7"),
    Sort(SqlType(Kind.DOUBLE), "1", ("1", "random()"), "{} >= -6"),
    Sort(SqlType(Kind.BOOL), "true", ("false", "true"), "{} IN (true, false)"),
    Sort(SqlType(Kind.JSONB), "'1'", ("'{}'",), "jsonb_typeof({}) <> 'none'"),
    Sort(SqlType(Kind.BYTEA), "'1'", (), "octet_length({}) >= 0"),
    Sort(UUID, f"'{1:032x}'", ("gen_random_uuid()",), "{} IS NOT NULL OR {} IS NULL"),
    Sort(SqlType(Kind.DATE), "'2024-02-29'", ("current_date",), "{} > '1900-01-01'"),
    Sort(SqlType(Kind.TIMESTAMPTZ), "'2024-02-29 00:00Z'", ("now()",), "{} > '1900-01-01'"),
)
VALUES = {sort.type.sql: sort.value for sort in SORTS}
_IDS = (UUID, INT, BIGINT, SqlType(Kind.INT, identity=True), SqlType(Kind.BIGINT, identity=True))
_MOSTLY = st.sampled_from([True, True, True, False])
_TABLES = ("ants", "bees", "cats", "dogs")
_COLUMNS = ("a", "b", "c")


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    names = draw(st.lists(st.sampled_from(_TABLES), unique=True, min_size=2, max_size=4))
    ids = {name: draw(st.sampled_from(_IDS)) for name in names}
    return Schema(tuple(draw(_tables(name, ids)) for name in names))


@st.composite
def _tables(draw: st.DrawFn, name: str, ids: dict[str, SqlType]) -> Table:
    own = draw(st.lists(st.sampled_from(_COLUMNS), unique=True, min_size=1, max_size=3))
    sorts = {column: draw(st.sampled_from(SORTS)) for column in own}
    columns = [draw(_columns(column, sort)) for column, sort in sorts.items()]
    targets = draw(st.lists(st.sampled_from(sorted(ids)), unique=True, max_size=2))
    columns += [
        Column(f"{target}_id", SqlType(ids[target].kind), draw(_MOSTLY)) for target in targets
    ]
    keyed = draw(st.sampled_from([None, None, *own]))
    columns = [Column(c.name, c.type, c.nullable and c.name != keyed, c.default) for c in columns]
    key = PrimaryKey(f"pk_{name}", ("id",) if keyed is None else ("id", keyed))
    named = [column.name for column in columns]
    return Table(
        name,
        (Column("id", ids[name], nullable=False), *columns),
        key,
        uniques=(
            *([] if keyed is None else [Unique(f"uq_{name}_id", ("id",))]),
            *draw(_uniques(name, sorts)),
        ),
        checks=tuple(
            Check(f"ck_{name}_{column}", sort.check.format(column, column), (column,))
            for column, sort in sorts.items()
            if draw(st.booleans())
        ),
        foreign_keys=tuple(
            ForeignKey(
                f"fk_{name}_{target}",
                (f"{target}_id",),
                target,
                ("id",),
                draw(st.sampled_from(["no action", "cascade", "restrict"])),
            )
            for target in targets
        ),
        indexes=draw(_indexes(name, named)),
    )


@st.composite
def _columns(draw: st.DrawFn, name: str, sort: Sort) -> Column:
    default = draw(st.sampled_from([None, *sort.defaults]))
    return Column(name, sort.type, draw(_MOSTLY), default)


@st.composite
def _uniques(draw: st.DrawFn, table: str, sorts: dict[str, Sort]) -> list[Unique]:
    if not sorts:
        return []
    columns = tuple(draw(st.lists(st.sampled_from(sorted(sorts)), unique=True, max_size=2)))
    texts = [c for c in columns if sorts[c].type.kind in (Kind.TEXT, Kind.VARCHAR)]
    folded = tuple(texts) if draw(st.booleans()) else ()
    name = draw(st.sampled_from([f"uq_{table}", f"uq_{table}_own"]))
    return [Unique(name, columns, folded)] if columns else []


@st.composite
def _indexes(draw: st.DrawFn, table: str, columns: list[str]) -> tuple[Index, ...]:
    if not columns:
        return ()
    over = tuple(draw(st.lists(st.sampled_from(columns), unique=True, min_size=1, max_size=2)))
    # The last name can move from one table to another.
    name = draw(st.sampled_from([f"ix_{table}", "_".join(("ix", table, *over)), "ix_only"]))
    return (Index(name, over),) if draw(st.booleans()) else ()


def only_once(schema: Schema) -> bool:
    """Whether no two tables have an index of the same name."""
    names = [name for table in schema.tables for name in table.relation_names()]
    return len(names) == len(set(names))
