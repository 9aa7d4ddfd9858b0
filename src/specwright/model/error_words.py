"""The words of refusals: clients tell refusals by them, so that each has one status."""

from collections.abc import Iterable, Iterator

from specwright.diagnostic import Code, Place, Report
from specwright.model.rules import Block


def check_error_words(blocks: Iterable[Block], report: Report) -> None:
    """That no word is refused with two statuses."""
    first: dict[str, tuple[int, Place]] = {}
    for word, status, place in (said for block in blocks for said in _said(block)):
        known, before = first.setdefault(word, (status, place))
        if known != status:
            report.add(
                place,
                Code.ERROR_STATUS,
                f"`{word}` is {status} here, and {known} in line {before.line}.",
                "Clients tell refusals by this word: give it one status, or use another word.",
            )


def _said(block: Block) -> Iterator[tuple[str, int, Place]]:
    for inner in block.within():
        for require in inner.require:
            yield require.error, require.status, require.place
        if inner.search is not None and inner.search.none_error is not None:
            yield inner.search.none_error, inner.search.none_status, inner.search.place
