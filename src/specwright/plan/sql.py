"""What each step is in SQL."""

import re
from collections.abc import Iterable, Iterator, Sequence

from specwright.model.naming import RESERVED_IN_SQL
from specwright.plan import script, steps
from specwright.plan.changes import Change
from specwright.plan.schema import (
    AnyIndex,
    Check,
    Column,
    Constraint,
    ForeignKey,
    PrimaryKey,
    Unique,
)
from specwright.plan.script import Phase, Script
from specwright.plan.steps import Step

LOCK_TIMEOUT = "3s"  # then others wait no longer behind us; the migration can be run again
STATEMENT_TIMEOUT = "30s"

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
_ALSO_RESERVED = frozenset({"binary", "system_user"})


def up_sql(changes: Sequence[Change]) -> str:
    """What the upgrade does, as a script for `psql`."""
    return text(script.upgrade(changes))


def text(found: Script, closing: Iterable[str] = ()) -> str:
    """A script whose transactions are spelt out; `closing` goes into the last one."""
    blocks = [_block(found, phase) for phase in found.phases]
    last = list(closing)
    if found.phases and not found.phases[-1].long:
        blocks[-1] += last
    elif last:
        blocks.append(last)
    is_long = [*(phase.long for phase in found.phases), False]
    texts = [_lines(block, long=long) for block, long in zip(blocks, is_long, strict=False)]
    return "\n\n".join(texts) + "\n"


def _lines(statements: Iterable[str], *, long: bool) -> str:
    ended = [line if line.startswith("--") else f"{line};" for line in statements]
    return "\n".join(ended if long else ["BEGIN;", *ended, "COMMIT;"])


def _block(found: Script, phase: Phase) -> list[str]:
    done = (line for step in phase.steps for line in statements(step, again=found.resumable))
    return [*settings(found, phase), *done]


def settings(found: Script, phase: Phase) -> tuple[str, ...]:
    """How long to wait for locks, and to hold them.

    What is done outside of a transaction locks nobody out, and may take its time.
    """
    if not found.locks:
        return ()
    if phase.long:
        return ("SET lock_timeout = 0", "SET statement_timeout = 0")
    statement = "0" if phase.rewrites else f"'{STATEMENT_TIMEOUT}'"
    return (f"SET lock_timeout = '{LOCK_TIMEOUT}'", f"SET statement_timeout = {statement}")


def statements(step: Step, *, again: bool) -> Iterator[str]:  # noqa: C901 - a table
    """The statements of a step; `again` when an earlier attempt may have done it already."""
    exists, not_exists = ("IF EXISTS ", "IF NOT EXISTS ") if again else ("", "")
    match step:
        case steps.CreateTable():
            yield _create_table(step, not_exists)
        case steps.DropTable():
            yield f"DROP TABLE {exists}{identifier(step.table)}"
        case steps.AddColumn():
            yield f"{_table(step)} ADD COLUMN {not_exists}{_column(step.column)}"
        case steps.DropColumn():
            yield f"{_table(step)} DROP COLUMN {exists}{identifier(step.column)}"
        case steps.AddIdentity():
            yield from _add_identity(step, again=again)
        case steps.Fill():
            yield _fill(step)
        case steps.FillByHand():
            yield f"-- No row has a {step.column} yet: fill it in here."
        case steps.CreateIndex():
            yield _create_index(step, not_exists)
        case steps.DropIndex():
            yield f"DROP INDEX CONCURRENTLY {exists}{identifier(step.index)}"
        case (
            steps.RenameTable()
            | steps.RenameColumn()
            | steps.RenameConstraint()
            | steps.RenameIndex()
        ):
            yield _rename(step, again=again)
        case steps.AddConstraint() | steps.Validate() | steps.DropConstraint() | steps.UseIndex():
            yield _of_constraint(step, exists)
        case _:
            yield f"{_table(step)} ALTER COLUMN {identifier(step.column)} {_alter(step, exists)}"


def _table(step: Step) -> str:
    return f"ALTER TABLE {identifier(step.table)}"


def _rename(step: steps.RenameStep, *, again: bool) -> str:
    """What PostgreSQL cannot be told to leave out where it is done, is tried."""
    exists = "IF EXISTS " if again else ""
    to = f"{identifier(step.before)} TO {identifier(step.after)}"
    match step:
        case steps.RenameTable():
            table = f"{exists}{identifier(step.before)}"
            return f"ALTER TABLE {table} RENAME TO {identifier(step.after)}"
        case steps.RenameIndex():
            index = f"{exists}{identifier(step.before)}"
            return f"ALTER INDEX {index} RENAME TO {identifier(step.after)}"
        case steps.RenameColumn():
            renamed, missing = f"{_table(step)} RENAME COLUMN {to}", "undefined_column"
        case steps.RenameConstraint():
            renamed, missing = f"{_table(step)} RENAME CONSTRAINT {to}", "undefined_object"
    return (
        f"DO $$ BEGIN {renamed}; EXCEPTION WHEN {missing} THEN NULL; END $$" if again else renamed
    )


def _alter(step: steps.ColumnStep, exists: str) -> str:
    match step:
        case steps.AlterType():
            using = f" USING {step.using}" if step.using else ""
            return f"TYPE {step.type.sql}{using}"
        case steps.SetDefault():
            return f"SET DEFAULT {step.default}"
        case steps.DropDefault():
            return "DROP DEFAULT"
        case steps.AllowNull():
            return "DROP NOT NULL"
        case steps.Require():
            return "SET NOT NULL"
        case steps.DropIdentity():
            return f"DROP IDENTITY {exists}".rstrip()


def _of_constraint(step: steps.ConstraintStep, exists: str) -> str:
    match step:
        case steps.AddConstraint():
            not_valid = " NOT VALID" if step.not_valid else ""
            return f"{_table(step)} ADD {_constraint(step.constraint)}{not_valid}"
        case steps.Validate():
            return f"{_table(step)} VALIDATE CONSTRAINT {identifier(step.constraint)}"
        case steps.DropConstraint():
            table = f"ALTER TABLE {exists if step.table_may_miss else ''}{identifier(step.table)}"
            return f"{table} DROP CONSTRAINT {exists}{identifier(step.constraint)}"
        case steps.UseIndex():
            name = identifier(step.constraint.name)
            kind = "PRIMARY KEY" if isinstance(step.constraint, PrimaryKey) else "UNIQUE"
            return f"{_table(step)} ADD CONSTRAINT {name} {kind} USING INDEX {name}"


def _create_table(step: steps.CreateTable, not_exists: str) -> str:
    parts = [_column(column) for column in step.content.columns]
    parts += [_constraint(constraint) for constraint in step.content.constraints()]
    inner = ",\n    ".join(parts)
    return f"CREATE TABLE {not_exists}{identifier(step.table)} (\n    {inner}\n)"


def _create_index(step: steps.CreateIndex, not_exists: str) -> str:
    unique = "UNIQUE " if step.unique else ""
    how = "CONCURRENTLY " if step.concurrently else not_exists
    over = f"{identifier(step.table)} ({', '.join(keys_of(step.index))})"
    return f"CREATE {unique}INDEX {how}{identifier(step.index.name)} ON {over}"


def _fill(step: steps.Fill) -> str:
    table, column = identifier(step.table), identifier(step.column)
    return f"UPDATE {table} SET {column} = {step.default} WHERE {column} IS NULL"  # noqa: S608 - both are quoted


def _add_identity(step: steps.AddIdentity, *, again: bool) -> Iterator[str]:
    """Numbering goes on behind the greatest number of a row that exists."""
    table, column = identifier(step.table), identifier(step.column)
    altered = f"{_table(step)} ALTER COLUMN {column}"
    if again:
        yield f"{altered} DROP IDENTITY IF EXISTS"
    yield f"{altered} ADD GENERATED BY DEFAULT AS IDENTITY"
    next_number = f"(SELECT coalesce(max({column}), 0) + 1 FROM {table})"  # noqa: S608 - both are quoted
    sequence = f"pg_get_serial_sequence('{table}', '{step.column}')"
    yield f"SELECT setval({sequence}, {next_number}, false)"


def identifier(name: str) -> str:
    """The name, quoted where PostgreSQL would not take it as it stands."""
    is_plain = _PLAIN.fullmatch(name) and name not in RESERVED_IN_SQL | _ALSO_RESERVED
    return name if is_plain else '"' + name.replace('"', '""') + '"'


def keys_of(index: AnyIndex) -> tuple[str, ...]:
    """What an index is over: columns, or what they are in lower case."""
    folded = index.folded if isinstance(index, Unique) else ()
    return tuple(
        f"lower({identifier(column)})" if column in folded else identifier(column)
        for column in index.columns
    )


def _column(column: Column) -> str:
    parts = [identifier(column.name), column.type.sql]
    if column.type.identity:
        parts.append("GENERATED BY DEFAULT AS IDENTITY")
    if column.default is not None:
        parts.append(f"DEFAULT {column.default}")
    if not column.nullable:
        parts.append("NOT NULL")
    return " ".join(parts)


def _constraint(constraint: Constraint) -> str:
    name = f"CONSTRAINT {identifier(constraint.name)}"
    match constraint:
        case Check():
            return f"{name} CHECK ({constraint.sql})"
        case PrimaryKey():
            return f"{name} PRIMARY KEY {_listed(constraint.columns)}"
        case Unique():
            return f"{name} UNIQUE {_listed(constraint.columns)}"
        case ForeignKey():
            target = f"{identifier(constraint.target)} {_listed(constraint.target_columns)}"
            own = f"{name} FOREIGN KEY {_listed(constraint.columns)}"
            return f"{own} REFERENCES {target}{_actions(constraint)}"


def _actions(key: ForeignKey) -> str:
    deleted = "" if key.on_delete == "no action" else f" ON DELETE {key.on_delete.upper()}"
    updated = "" if key.on_update == "no action" else f" ON UPDATE {key.on_update.upper()}"
    return deleted + updated


def _listed(columns: Iterable[str]) -> str:
    return f"({', '.join(identifier(column) for column in columns)})"
