"""What a bundle lacks, by convention: the contract of its tables, or the tables of its contract."""

from specwright.spec.deriving.contract import derive_contract
from specwright.spec.deriving.rules import derive_rules
from specwright.spec.deriving.tables import derive_tables

__all__ = ["derive_contract", "derive_rules", "derive_tables"]
