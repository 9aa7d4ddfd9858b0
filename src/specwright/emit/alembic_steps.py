"""What each step of a migration is in Alembic."""

import re
from collections.abc import Iterator

from specwright.emit.columns import migrated_type
from specwright.emit.wording import quoted
from specwright.model.sql_types import Kind
from specwright.plan import sql, steps
from specwright.plan.schema import Check, Column, Constraint, ForeignKey, PrimaryKey, Table, Unique
from specwright.plan.steps import Step

_WIDTH = 80  # of the text in one literal
_WHOLE = (Kind.SMALLINT, Kind.INT, Kind.BIGINT)
# What SQLAlchemy takes for a parameter, and for a colon that is escaped already.
_NEVER_TEXT = re.compile(r"(?<![:\w\\]):\w{2,}:")  # nothing escapes the colons of `:name:`
_PARAMETER = re.compile(r"(?<![:\w\\])(?=:\w+(?!:))|(?<=\\)(?=:\w*(?![:\w]))")


def lines(step: Step, *, again: bool) -> Iterator[str]:  # noqa: C901, PLR0912 - a table
    """The lines of a step; `again` when an earlier attempt may have done it already."""
    match step:
        case steps.CreateTable():
            arguments = [quoted(step.table), *_table(step.content)]
            yield _call("create_table", *arguments, *_if(again, "if_not_exists"))
        case steps.DropTable():
            yield _call("drop_table", quoted(step.table), *_if(again, "if_exists"))
        case steps.AddColumn():
            added = (quoted(step.table), _column(step.column))
            yield _call("add_column", *added, *_if(again, "if_not_exists"))
        case steps.RenameTable() if not again:
            yield _call("rename_table", quoted(step.before), quoted(step.after))
        case steps.RenameColumn() if not again:
            renamed = (quoted(step.table), quoted(step.before))
            yield _call("alter_column", *renamed, f"new_column_name={quoted(step.after)}")
        case steps.DropColumn():
            dropped = (quoted(step.table), quoted(step.column))
            yield _call("drop_column", *dropped, *_if(again, "if_exists"))
        case steps.AddConstraint():
            yield _add_constraint(step)
        case steps.DropConstraint() if not (again and step.table_may_miss):
            dropped = (quoted(step.constraint), quoted(step.table))
            yield _call("drop_constraint", *dropped, *_if(again, "if_exists"))
        case steps.CreateIndex():
            yield _create_index(step, again=again)
        case steps.DropIndex():
            named = (quoted(step.index), f"table_name={quoted(step.table)}")
            how = ("postgresql_concurrently=True", *_if(again, "if_exists"))
            yield _call("drop_index", *named, *how)
        case steps.FillByHand():
            yield f"# No row has a {quoted(step.column)} yet. Fill it in here: as long as there are"
            yield "# rows without, the migration stops below, and can be run again."
        case (
            steps.AlterType()
            | steps.SetDefault()
            | steps.DropDefault()
            | steps.AllowNull()
            | steps.Require()
        ):
            altered = (quoted(step.table), quoted(step.column))
            yield _call("alter_column", *altered, *_altered(step))
        case _:
            for statement in sql.statements(step, again=again):
                yield _call("execute", _sql(statement))


def _call(operation: str, *arguments: str) -> str:
    return f"op.{operation}({', '.join(arguments)})"


def _if(condition: bool, option: str) -> tuple[str, ...]:  # noqa: FBT001 - is what it is about
    return (f"{option}=True",) if condition else ()


def _sql(sql_text: str) -> str:
    """SQL as `sa.text` takes it."""
    return _literal(_PARAMETER.sub(r"\\", sql_text))


def _condition(sql_text: str) -> str:
    return _verbatim(sql_text) or _sql(sql_text)


def _default(sql_text: str) -> str:
    return f"server_default={_verbatim(sql_text) or f'sa.text({_sql(sql_text)})'}"


def _verbatim(sql_text: str) -> str | None:
    is_needed = _NEVER_TEXT.search(sql_text) is not None
    return f"sa.literal_column({_literal(sql_text)})" if is_needed else None


def _literal(text: str) -> str:
    """In several pieces where it is long."""
    if len(text) <= _WIDTH:
        return quoted(text)
    pieces = re.findall(rf".{{1,{_WIDTH}}}(?:\s|$)|\S+\s?", text, re.DOTALL)
    return " ".join(quoted(piece) for piece in pieces)


def _altered(
    step: steps.AlterType | steps.SetDefault | steps.DropDefault | steps.AllowNull | steps.Require,
) -> Iterator[str]:
    match step:
        case steps.AlterType():
            yield f"type_={migrated_type(step.type)}"
            if step.using is not None:
                yield f"postgresql_using={quoted(step.using)}"
        case steps.SetDefault():
            yield _default(step.default)
        case steps.DropDefault():
            yield "server_default=None"
        case steps.AllowNull():
            yield "nullable=True"
        case steps.Require():
            yield "nullable=False"


def _table(table: Table) -> Iterator[str]:
    only_key = table.primary_key.columns[0] if len(table.primary_key.columns) == 1 else None
    for column in table.columns:
        yield _column(column, is_key=column.name == only_key)
    for constraint in table.constraints():
        yield _constraint(constraint)


def _column(column: Column, *, is_key: bool = False) -> str:
    parts = [quoted(column.name), migrated_type(column.type)]
    if column.type.identity:
        parts.append("sa.Identity()")
    elif is_key and column.type.kind in _WHOLE and column.default is None:
        parts.append("autoincrement=False")  # which SQLAlchemy takes a numeric key for
    if column.default is not None:
        parts.append(_default(column.default))
    return f"sa.Column({', '.join(parts)}, nullable={column.nullable})"


def _constraint(constraint: Constraint) -> str:
    match constraint:
        case Check():
            return (
                f"sa.CheckConstraint({_condition(constraint.sql)}, name={quoted(constraint.name)})"
            )
        case ForeignKey():
            own = _list(constraint.columns)
            others = _list(f"{constraint.target}.{column}" for column in constraint.target_columns)
            return f"sa.ForeignKeyConstraint({own}, {others}, {', '.join(_named(constraint))})"
        case PrimaryKey() | Unique():
            kind = "PrimaryKey" if isinstance(constraint, PrimaryKey) else "Unique"
            columns = ", ".join(quoted(column) for column in constraint.columns)
            return f"sa.{kind}Constraint({columns}, name={quoted(constraint.name)})"


def _named(key: ForeignKey) -> Iterator[str]:
    yield f"name={quoted(key.name)}"
    yield from _actions(key)


def _actions(key: ForeignKey) -> Iterator[str]:
    if key.on_delete != "no action":
        yield f"ondelete={quoted(key.on_delete.upper())}"
    if key.on_update != "no action":
        yield f"onupdate={quoted(key.on_update.upper())}"


def _add_constraint(step: steps.AddConstraint) -> str:
    named = (quoted(step.constraint.name), quoted(step.table))
    not_valid = _if(step.not_valid, "postgresql_not_valid")
    match step.constraint:
        case Check():
            return _call(
                "create_check_constraint", *named, _condition(step.constraint.sql), *not_valid
            )
        case ForeignKey() as key:
            to = (quoted(key.target), _list(key.columns), _list(key.target_columns))
            return _call("create_foreign_key", *named, *to, *_actions(key), *not_valid)
        case PrimaryKey():
            return _call("create_primary_key", *named, _list(step.constraint.columns))
        case Unique():
            return _call("create_unique_constraint", *named, _list(step.constraint.columns))


def _create_index(step: steps.CreateIndex, *, again: bool) -> str:
    folded = step.index.folded if isinstance(step.index, Unique) else ()
    over = (
        f"sa.text({quoted(key)})" if column in folded else quoted(column)
        for column, key in zip(step.index.columns, sql.keys_of(step.index), strict=True)
    )
    how = ("postgresql_concurrently=True",) if step.concurrently else _if(again, "if_not_exists")
    named = (quoted(step.index.name), quoted(step.table), f"[{', '.join(over)}]")
    return _call("create_index", *named, *_if(step.unique, "unique"), *how)


def _list(names: Iterator[str] | tuple[str, ...]) -> str:
    return f"[{', '.join(quoted(name) for name in names)}]"
