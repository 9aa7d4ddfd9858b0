"""Many rows in one statement."""

from typing import Any

from sqlalchemy import ARRAY, FromClause, bindparam, column, func
from sqlalchemy.orm import InstrumentedAttribute


def given(*columns: InstrumentedAttribute[Any]) -> FromClause:
    """Rows that come as parameters, one list for each of the columns, under its name."""
    lists = [bindparam(one.key, type_=ARRAY(one.type)) for one in columns]
    names = [column(one.key, one.type) for one in columns]
    return func.unnest(*lists).table_valued(*names, name="given").render_derived()
