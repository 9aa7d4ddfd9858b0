"""The sentences that scenarios are written in: each becomes lines of a test.

A step that no pattern fits is an open question, with the nearest pattern as a hint; its scenario
has no test until it is answered.
"""

from specwright.emit.tests.sentences.patterns import PATTERNS, bind, fits, nearest
from specwright.emit.tests.sentences.phrases import NotBuilt, Unclear
from specwright.emit.tests.sentences.story import Story

__all__ = ["PATTERNS", "NotBuilt", "Story", "Unclear", "bind", "fits", "nearest"]
