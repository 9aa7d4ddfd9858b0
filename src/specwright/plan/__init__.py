"""What must change, in which order, and why; every change knows its reverse."""

from specwright.plan.changes import Change, destructive
from specwright.plan.diff import plan_schema
from specwright.plan.schema import Schema, schema_of
from specwright.plan.sql import up_sql

__all__ = ["Change", "Schema", "destructive", "plan_schema", "schema_of", "up_sql"]
