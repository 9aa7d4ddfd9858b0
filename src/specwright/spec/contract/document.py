"""An OpenAPI file as nodes, with the questions that every reader of its parts asks."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from specwright.diagnostic import Code, Level, Place, Report, did_you_mean
from specwright.spec.contract.keys import KEYS, choice, elsewhere, is_extension
from specwright.spec.yaml import Entry, Mapping, Node, Scalar, Sequence, described

_COMPONENTS = "#/components/"
_MANY_PROBLEMS = 50
_MANY_WORDS = 2000
_NEVER = 9
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2})+")
KINDS = {
    "schemas": "schema",
    "parameters": "parameter",
    "responses": "response",
    "requestBodies": "request body",
    "headers": "header",
    "pathItems": "path",
    "securitySchemes": "security scheme",
    "mediaTypes": "media type",
}


@dataclass(frozen=True, slots=True)
class Target:
    """What a `$ref` points at."""

    pointer: str
    node: Node

    @property
    def component(self) -> str | None:
        """Its name, if it is one of the schemas of `components`."""
        name = self.pointer.removeprefix(_COMPONENTS + "schemas/")
        return _token(name) if name != self.pointer and "/" not in name else None

    @property
    def name(self) -> str:
        return _token(self.pointer.rpartition("/")[2])


@dataclass(frozen=True)
class Document:
    """The root of a contract, its version `3.minor`, and the report that its readers write."""

    root: Mapping
    minor: int
    report: Report
    told: frozenset[Place] = frozenset()  # where YAML has its own to say
    _targets: dict[str, Target | None] = field(default_factory=dict, repr=False, compare=False)
    _circular: set[int] = field(default_factory=set, repr=False, compare=False)

    def say(
        self,
        place: Place,
        code: Code,
        message: str,
        hint: str | None = None,
        level: Level = Level.ERROR,
    ) -> None:
        if place not in self.told:
            self.report.add(place, code, message, hint, level=level)

    def later(self, entry: Entry, what: str) -> None:
        """Note a part of OpenAPI that is known and not built."""
        self.say(entry.key.place, Code.CONTRACT_LATER, what, level=Level.LATER)

    def near(self, word: str, known: Iterable[str]) -> str | None:
        """A hint at the word that was meant, where looking for it takes no time."""
        if len(self.report) >= _MANY_PROBLEMS:
            return None
        words = list(islice(known, _MANY_WORDS))
        return did_you_mean(word, words) if len(words) < _MANY_WORDS else None

    # -- shapes

    def mapping(self, node: Node, what: str) -> Mapping | None:
        if isinstance(node, Mapping):
            return node
        self.say(
            node.place, Code.CONTRACT_SHAPE, f"{what} must be a mapping, not {described(node)}."
        )
        return None

    def entries(self, parent: Mapping, key: str) -> tuple[Entry, ...]:
        """What stands under a key that takes a mapping."""
        node = parent.get(key)
        found = None if node is None else self.mapping(node, f"`{key}`")
        return found.entries if found else ()

    def items(self, parent: Mapping, key: str) -> tuple[Node, ...]:
        node = parent.get(key)
        if node is None:
            return ()
        if isinstance(node, Sequence):
            return node.items
        self.say(node.place, Code.CONTRACT_SHAPE, f"`{key}` must be a list, not {described(node)}.")
        return ()

    def string(self, parent: Mapping, key: str) -> str | None:
        """A text; a number or a word such as `1.0` counts as written."""
        node = parent.get(key)
        if node is None:
            return None
        if isinstance(node, Scalar) and node.value is not None:
            return node.text
        self.say(node.place, Code.CONTRACT_SHAPE, f"`{key}` must be a text, not {described(node)}.")
        return None

    def needed(self, parent: Mapping, key: str, of: str) -> str | None:
        self.check_has(parent, key, of)
        return self.string(parent, key)

    def check_has(
        self,
        parent: Mapping,
        key: str,
        of: str,
        hint: str | None = None,
        place: Place | None = None,
    ) -> None:
        """Report a missing key, unless an unknown one may be it."""
        if key not in parent and all(self._is_known(entry, of) for entry in parent):
            message = f"{of[0].upper()}{of[1:]} needs `{key}`."
            self.say(place or parent.place, Code.CONTRACT_MISSING, message, hint)

    def flag(self, parent: Mapping, key: str) -> bool:
        node = parent.get(key)
        if node is None:
            return False
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        message = f"`{key}` must be `true` or `false`, not {described(node)}."
        self.say(node.place, Code.CONTRACT_SHAPE, message)
        return False

    def check_keys(self, node: Mapping, of: str) -> None:
        """Report the keys that an object of OpenAPI does not have, or does not have yet."""
        for entry in node:
            if not self._is_known(entry, of):
                self._say_unknown_key(entry, of)

    def _is_known(self, entry: Entry, of: str) -> bool:
        key = entry.key.text
        return KEYS[of].get(key, _NEVER) <= self.minor or is_extension(key)

    def _say_unknown_key(self, entry: Entry, of: str) -> None:
        key = entry.key.text
        known = KEYS[of]
        since = known.get(key)
        if since is not None:
            message = f"`{key}` came with OpenAPI 3.{since}, and this contract is 3.{self.minor}."
            hint: str | None = f"Write `openapi: 3.{since}.0`."
        else:
            message = f"`{key}` is no key of {of}."
            hint = elsewhere(key, of) or self.near(key, known) or choice(of, self.minor)
        level = Level.ERROR
        if of == "a schema" and self.minor and since is None and not hint:
            level = Level.LATER  # JSON Schema lets anybody add keywords
        self.say(entry.key.place, Code.CONTRACT_KEY, message, hint, level)

    # -- references

    def find(self, reference: Node) -> Target | None:
        """What a `$ref` points at, in silence."""
        if not isinstance(reference, Scalar) or not reference.text.startswith("#/"):
            return None
        pointer = reference.text
        if pointer not in self._targets:
            *_, (_, node) = self._way(pointer)
            self._targets[pointer] = None if node is None else Target(pointer, node)
        return self._targets[pointer]

    def target(self, reference: Node, section: str) -> Target | None:
        """What a `$ref` points at, which has to be one of `section`."""
        found = self.find(reference)
        if found is None:
            self._say_unknown(reference, section)
        elif found.pointer.startswith(_COMPONENTS) and found.pointer.count("/") == 3:  # noqa: PLR2004 - a component itself
            actual = found.pointer.split("/")[2]
            if actual != section:
                message = f"`{found.pointer}` is no {KINDS[section]}."
                self.say(reference.place, Code.CONTRACT_REFERENCE, message)
                return None
        return found

    def followed(self, node: Node, section: str) -> Mapping | None:
        """The object that a node is, or that its `$ref`s lead to."""
        seen: set[int] = set()
        while (found := self.mapping(node, f"A {KINDS[section]}")) and "$ref" in found:
            reference = found.get("$ref")
            if reference is None or found.start in self._circular:
                return None
            if found.start in seen:
                message = "This `$ref` leads back to itself."
                self.say(reference.place, Code.CONTRACT_REFERENCE, message)
                self._circular.update(seen)
                return None
            self._check_siblings(found)
            seen.add(found.start)
            target = self.target(reference, section)
            if target is None:
                return None
            node = target.node
        return found

    def _check_siblings(self, node: Mapping) -> None:
        for entry in node:
            key = entry.key.text
            if key in ("$ref", "summary", "description") or is_extension(key):
                continue
            message = f"What stands next to `$ref` is ignored: `{key}`."
            self.say(entry.key.place, Code.CONTRACT_KEY, message, "Move it to what is referred to.")

    def _way(self, pointer: str) -> Iterator[tuple[str, Node | None]]:
        """Each step of a JSON pointer with the node that it leads to; the last may be None."""
        node: Node | None = self.root
        yield "#", node
        for raw in pointer.split("/")[1:]:
            node = _child(node, _token(raw))
            yield _token(raw), node
            if node is None:
                return

    def _say_unknown(self, reference: Node, section: str) -> None:
        if not isinstance(reference, Scalar) or not isinstance(reference.value, str):
            message = f"`$ref` must be a text, not {described(reference)}."
            self.say(reference.place, Code.CONTRACT_REFERENCE, message)
            return
        components = self.root.get("components")
        found = components.get(section) if isinstance(components, Mapping) else None
        known = found if isinstance(found, Mapping) else Mapping((), self.root.source, 0)
        if reference.text.startswith("#/"):
            message = f"`{reference.text}` points at nothing."
            hint = self._near(reference.text, section, known)
        elif reference.text.startswith("#"):
            message = f"`{reference.text}` is an anchor, and anchors are not read."
            hint = f"Write a pointer such as `{_COMPONENTS}{section}/…`."
        else:
            message = f"`{reference.text}` is outside of this file, and nothing is fetched."
            hint = f"Copy it to `components: {section}:` of this contract."
            if reference.text in known:
                hint = f"Write `'{_COMPONENTS}{section}/{reference.text}'`."
        self.say(reference.place, Code.CONTRACT_REFERENCE, message, hint)

    def _near(self, pointer: str, section: str, known: Mapping) -> str | None:
        name = _token(pointer.rpartition("/")[2])
        if name in known:
            return f"Did you mean `{_COMPONENTS}{section}/{name}`?"
        if pointer.startswith(f"{_COMPONENTS}{section}/"):
            return self.near(name, (entry.key.text for entry in known))
        return None


def _child(node: Node | None, token: str) -> Node | None:
    if isinstance(node, Mapping):
        return node.get(token)
    if isinstance(node, Sequence) and token.isdecimal() and len(token) < 10:  # noqa: PLR2004 - a number
        return node.items[int(token)] if int(token) < len(node.items) else None
    return None


def _token(raw: str) -> str:
    """A step of a JSON pointer as the key that it names."""
    decoded = _PERCENT.sub(lambda found: _bytes(found[0]).decode(errors="replace"), raw)
    return decoded.replace("~1", "/").replace("~0", "~")


def _bytes(escapes: str) -> bytes:
    return bytes.fromhex(escapes.replace("%", ""))
