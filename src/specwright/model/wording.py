"""Messages that several readings share."""

from collections.abc import Iterable, Sequence

from specwright.diagnostic import Code, Report, did_you_mean
from specwright.model import naming
from specwright.model.types import quoted
from specwright.spec.syntax import Word


def near_or_all(word: str, known: Iterable[str]) -> str | None:
    """The known word that is meant, or what there is to choose from."""
    words = tuple(known)
    return did_you_mean(word, words) or (f"There is {quoted(words)}." if words else None)


def check_name(name: Word, what: str, report: Report) -> None:
    if not naming.is_plain(name.value):
        plain = naming.as_plain(name.value)
        report.add(
            name.place,
            Code.UNUSABLE_NAME,
            f"`{name}` cannot be the name of a {what}: "
            "names are lower-case ASCII letters, digits and underscores, 63 at most.",
            f"Write `{plain}`." if plain else None,
        )
    elif language := naming.reserved_by(name.value):
        report.add(
            name.place,
            Code.UNUSABLE_NAME,
            f"`{name}` cannot be the name of a {what}: {language} reserves the word.",
            f"Add a word to it, as in `{name}_code`.",
        )


def check_function_name(name: Word, what: str, report: Report) -> None:
    reason = naming.reserved_for_functions(name.value)
    if reason is not None:
        report.add(
            name.place,
            Code.UNUSABLE_NAME,
            f"`{name}` cannot be the name of {what}: {reason}.",
            "Add a word that says what it is done to.",
        )


def listed(values: Sequence[str]) -> str:
    return ", ".join(f"`{value}`" for value in values)
