"""Lifecycles as Mermaid state diagrams draw them."""

from specwright.spec.mermaid.diagram import parse_state_diagram

__all__ = ["parse_state_diagram"]
