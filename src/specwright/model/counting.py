"""Which rows a condition counts rows of, so that they are locked before two calls both pass."""

from collections.abc import Iterator

from specwright.model.typed import Aggregate, Each, Follow, Typed, walk


def owners_counted(condition: Typed) -> tuple[Typed, ...]:
    """The rows whose related rows decide, in the order of reading: `actor` of `actor.claims`."""
    return tuple(dict.fromkeys(_owners(condition)))


def _owners(condition: Typed) -> Iterator[Typed]:
    for node in walk(condition):
        if not isinstance(node, Aggregate | Each):
            continue
        collection = node.collection
        while isinstance(collection, Each):
            collection = collection.collection
        if isinstance(collection, Follow) and collection.relation.many:
            yield collection.row
