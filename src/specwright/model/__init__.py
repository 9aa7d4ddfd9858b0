"""A bundle as it is meant: every name resolved, every expression typed."""

from specwright.model.build import build_model
from specwright.model.model import Model

__all__ = ["Model", "build_model"]
