import pytest

from specwright.build.comparison import Fate, Lying, compare
from specwright.build.manifest import Entry, Manifest
from specwright.tree import Tree, digest

OLD, NEW, BY_HAND = "old\n", "new\n", "by hand\n"
EMITTED = {"new": NEW, "nothing": None}
KNOWN = {"an old build wrote it": OLD, "no build wrote it": None}


def fate(
    emitted: str | None, known: str | None, there: str | None, path: str = "a.py", ejected: str = ""
) -> Fate | None:
    before = Manifest("0", "b", {} if known is None else {path: Entry(digest(known))})
    lying = Lying({} if there is None else {path: digest(there)})
    tree = Tree({} if emitted is None else {path: emitted})
    return compare(tree, before, lying, {ejected}).fates.get(path)


@pytest.mark.parametrize(
    ("emitted", "known", "there", "expected"),
    [
        (NEW, None, None, Fate.NEW),
        (NEW, None, NEW, Fate.SAME),
        (NEW, None, BY_HAND, Fate.UNKNOWN),
        (NEW, OLD, None, Fate.NEW),
        (NEW, OLD, OLD, Fate.CHANGED),
        (NEW, OLD, NEW, Fate.SAME),
        (NEW, OLD, BY_HAND, Fate.EDITED),
        (None, OLD, None, None),
        (None, OLD, OLD, Fate.REMOVED),
        (None, OLD, BY_HAND, Fate.LEFT),
    ],
)
def test_a_file_is_touched_only_if_it_is_as_a_build_left_it(
    emitted: str | None, known: str | None, there: str | None, expected: Fate | None
) -> None:
    assert fate(emitted, known, there) is expected


@pytest.mark.parametrize("there", [OLD, BY_HAND])
def test_an_old_migration_stays_as_it_is_edited_or_not(there: str) -> None:
    assert fate(None, OLD, there, "migrations/versions/0001_initial.py") is Fate.SAME


@pytest.mark.parametrize("there", [None, OLD, NEW, BY_HAND])
@pytest.mark.parametrize("known", [None, OLD])
@pytest.mark.parametrize("emitted", [None, NEW])
def test_an_ejected_file_is_never_touched(
    emitted: str | None, known: str | None, there: str | None
) -> None:
    assert fate(emitted, known, there, ejected="a.py") in (Fate.YOURS, None)


@pytest.mark.parametrize("known", [None, OLD])
@pytest.mark.parametrize(
    ("there", "expected"),
    [(None, Fate.NEW), (OLD, Fate.YOURS), (NEW, Fate.YOURS), (BY_HAND, Fate.YOURS)],
)
def test_hand_written_code_is_written_where_nothing_lies_and_never_again(
    known: str | None, there: str | None, expected: Fate
) -> None:
    before = Manifest("0", "b", {} if known is None else {"a.py": Entry(digest(known))})
    lying = Lying({} if there is None else {"a.py": digest(there)})
    found = compare(Tree({"a.py": NEW}), before, lying, (), ("a.py",))
    assert found.fates == {"a.py": expected}


@pytest.mark.parametrize(("there", "expected"), [(None, None), (BY_HAND, Fate.LEFT)])
def test_hand_written_code_that_nothing_asks_for_stays(
    there: str | None, expected: Fate | None
) -> None:
    lying = Lying({} if there is None else {"a.py": digest(there)})
    found = compare(Tree({}), Manifest("0", "b", yours=("a.py",)), lying, ())
    assert found.fates.get("a.py") is expected


def test_what_is_no_plain_file_is_refused() -> None:
    found = compare(Tree({"a.py": NEW}), Manifest("0", "b"), Lying({}, {"a.py"}), ())
    assert found.refused == ("a.py",)
    once = compare(Tree({"a.py": NEW}), Manifest("0", "b"), Lying({}, {"a.py"}), (), ("a.py",))
    assert once.refused == ("a.py",)
