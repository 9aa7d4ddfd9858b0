"""YAML 1.2 (and so JSON), every value with its place."""

from specwright.spec.yaml.nodes import Entry, Mapping, Node, Scalar, Sequence, described, plain
from specwright.spec.yaml.quoting import cut_short, in_quotes, trailing_comment
from specwright.spec.yaml.reading import read_yaml

__all__ = [
    "Entry",
    "Mapping",
    "Node",
    "Scalar",
    "Sequence",
    "cut_short",
    "described",
    "in_quotes",
    "plain",
    "read_yaml",
    "trailing_comment",
]
