"""Many rows in one statement."""

from typing import Any

from sqlalchemy import ARRAY, FromClause, bindparam, column, func
from sqlalchemy.types import TypeEngine


def given(**columns: TypeEngine[Any]) -> FromClause:
    """Rows that come as parameters: one list for each of these columns, under its name."""
    lists = [bindparam(name, type_=ARRAY(kind)) for name, kind in columns.items()]
    names = [column(name, kind) for name, kind in columns.items()]
    return func.unnest(*lists).table_valued(*names, name="given").render_derived()
