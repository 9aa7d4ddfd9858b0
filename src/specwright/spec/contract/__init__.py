"""The contract: OpenAPI 3.0, 3.1 and 3.2, read without fetching anything."""

from specwright.spec.contract.reading import read_contract

__all__ = ["read_contract"]
