"""Tables as people write them without DBML: field tables, bullets, SQL, entity diagrams."""

from specwright.spec.readers import names
from specwright.spec.readers.diagrams import is_er_diagram
from specwright.spec.readers.reading import read_tables

__all__ = ["is_er_diagram", "names", "read_tables"]
