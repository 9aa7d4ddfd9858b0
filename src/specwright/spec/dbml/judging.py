"""Whether a setting is known and has the value that it takes, and what was probably meant."""

from collections.abc import Iterable

from specwright.diagnostic import Code, did_you_mean
from specwright.spec.dbml.cursor import Cursor, quoted
from specwright.spec.dbml.known import (
    ACTIONS,
    EXAMPLES,
    KINDS,
    KNOWN,
    METHODS,
    OTHER_WORDS,
    PLACES,
    WORDS,
    Owner,
    Takes,
    example,
    write,
)
from specwright.spec.dbml.statements import Setting
from specwright.spec.dbml.tokens import Kind


def fits(cursor: Cursor, owner: Owner, setting: Setting) -> bool:
    key = setting.key.value
    takes = KNOWN[owner].get(key)
    if takes is None:
        cursor.say(
            setting.key.place,
            Code.DBML_SETTING,
            f"{quoted(key)} is no setting of {_a(owner)}.",
            _instead(owner, setting),
        )
        return False
    if _takes(takes, setting):
        return True
    cursor.say(
        setting.value.place if setting.value else setting.key.place,
        Code.DBML_SETTING,
        f"`{key}` takes {takes.value}.",
        _correction(takes, setting),
    )
    return False


def _takes(takes: Takes, setting: Setting) -> bool:
    if takes is Takes.ANYTHING:
        return True
    if takes is Takes.POINTER or setting.pointer:
        return takes is Takes.POINTER and setting.pointer is not None
    word = setting.value.value.casefold() if setting.value else ""
    bare = setting.kind in (Kind.WORD, Kind.STRING)
    return setting.kind in KINDS.get(takes, ()) or (bare and word in WORDS.get(takes, ()))


def _instead(owner: Owner, setting: Setting) -> str:
    """What an unknown setting was probably meant to be."""
    key, known = setting.key.value, KNOWN[owner]
    meant = OTHER_WORDS.get(key)
    if meant and meant.split(":")[0] in known:
        return f"Write `{meant}`."
    several = several_settings(key, known)
    if several:
        return f"Write `{', '.join(several)}`, with commas between."
    near = did_you_mean(key, known)
    elsewhere = [other for other in PLACES if key in KNOWN[other]]
    if near or not elsewhere:
        return near or f"The settings of {_a(owner)} are {', '.join(known)}."
    return f"Write it {PLACES[elsewhere[0]].format(EXAMPLES.get(key, key))}."


def several_settings(key: str, known: Iterable[str]) -> list[str]:
    """The known settings that stand behind each other in `key`, when it is nothing else."""
    rest, found = f"{key} ", []
    while rest:
        first = next((name for name in known if rest.startswith(f"{name} ")), None)
        if first is None:
            return []
        found.append(first)
        rest = rest[len(first) + 1 :]
    return found


def _correction(takes: Takes, setting: Setting) -> str | None:
    key = setting.key.value
    if takes is Takes.NOTHING:
        return f"Write `{key}`, or leave it out."
    if setting.value is None or setting.kind is None:
        return example(key)
    value = setting.value.value
    if takes in (Takes.ACTION, Takes.METHOD):
        return did_you_mean(value, ACTIONS if takes is Takes.ACTION else METHODS)
    if takes is Takes.POINTER:
        return f"Write `ref: > {value}`." if setting.kind is Kind.WORD else example(key)
    computed = setting.kind is Kind.WORD and not value.isidentifier()
    if takes is Takes.EXPRESSION or (takes is Takes.LITERAL and computed):
        return write(f"{key}: `{value}`")
    return write(f"{key}: '{value}'")


def consistent(cursor: Cursor, settings: Iterable[Setting]) -> Iterable[Setting]:
    """The settings without those that say something twice, or against another one."""
    kept: dict[str, Setting] = {}
    for setting in settings:
        key = setting.key.value
        same = {"primary key": "pk", "null": "nullness", "not null": "nullness"}.get(key, key)
        if key in ("check", "ref"):
            same = f"{key} {len(kept)}"
        earlier = kept.setdefault(same, setting)
        if earlier is setting:
            continue
        agree = earlier.key.value == key or same == "pk"
        cursor.say(
            setting.key.place,
            Code.DBML_SETTING,
            f"`{key}` is stated twice."
            if agree
            else "`null` and `not null` contradict each other.",
            "Keep one of the two.",
        )
    return tuple(kept.values())


def _a(owner: Owner) -> str:
    return f"an {owner}" if owner is Owner.INDEX else f"a {owner}"
