"""Data models as DBML writes them: tables, enums and references."""

from specwright.spec.dbml.model import parse_dbml

__all__ = ["parse_dbml"]
