"""What an operation, effect, round, job or case does, from its YAML."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from specwright.address import kebab
from specwright.diagnostic import Code
from specwright.spec.shapes import DURATION, NAME, Shapes
from specwright.spec.syntax import (
    Block,
    Call,
    Case,
    Creation,
    Job,
    Perform,
    Require,
    Round,
    Search,
    Word,
)
from specwright.spec.text import Text
from specwright.spec.yaml import Entry, Mapping, Node, Scalar

_DOES = ("require", "set", "create", "delete", "each", "emit", "do", "switch", "after")
_SEARCHES = ("find", "pick", "where", "order_by", "none")
OPERATION_KEYS = (*_SEARCHES, *_DOES)
ROUND_KEYS = ("as", "in", "where", "require", "set", "create", "delete", "do")
JOB_KEYS = ("every", "cron", *OPERATION_KEYS)
CASE_KEYS = ("when", "else", *OPERATION_KEYS)
CALL_KEYS = ("call", "key", "with", "then")
KEYS = tuple(dict.fromkeys((*JOB_KEYS, *ROUND_KEYS, *CASE_KEYS, *CALL_KEYS, "rule", "error")))

_ERROR = re.compile(r"(\d{3})[ \t]+(\S.*)")
_KEBAB = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_NONE = re.compile(r"2\d\d|4\d\d(?: [a-z][a-z0-9]*(?:-[a-z0-9]+)*)?", re.ASCII)
_STATUS = re.compile(r"[1-5](?:\d\d|XX)|default", re.ASCII)
_SEARCH = re.compile(r"([A-Za-z_]\w*) in ([A-Za-z_]\w*)", re.ASCII)
_ORDER = re.compile(r"-?[A-Za-z_]\w*", re.ASCII)
_VARIABLE = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_CLIENT_CALL = re.compile(r"[A-Za-z_]\w*\.[A-Za-z_][\w-]*", re.ASCII)
_HOOK = re.compile(r"hook\.[A-Za-z_]\w*\(.*\)(?: ?-> ?[A-Za-z_]\w*\??)?", re.ASCII)
_CRON = re.compile(r"[\w*/,?#-]+(?: +[\w*/,?#-]+){4}", re.ASCII)


def read_block(node: Node, name: str, shapes: Shapes) -> Block | None:
    """The block of the operation or effect `name`."""
    mapping = shapes.mapping(
        node, name, "a mapping of what it does", f"Write what `{name}` does, or leave it out."
    )
    if mapping is None:
        return None
    shapes.known_keys(mapping, OPERATION_KEYS, f"`{name}`", KEYS)
    return replace(_Blocks(shapes).block(mapping, lists=True), narrow=_narrow(mapping, shapes))


def _narrow(mapping: Mapping, shapes: Shapes) -> tuple[Text, ...]:
    """The `where` of a list: one condition, or several that all hold."""
    if "find" in mapping or "pick" in mapping:
        return ()
    found = (
        shapes.condition(one, "where", "task.owner.team == request.team")
        for one in shapes.one_or_more(mapping.get("where"))
    )
    return tuple(one for one in found if one is not None)


def read_job(entry: Entry, name: Word, shapes: Shapes) -> Job | None:
    example = "Write `every: 1m` and what the job does."
    mapping = shapes.mapping(entry.value, name.value, "a mapping", example)
    if mapping is None:
        return None
    thing = f"the job `{name}`"
    shapes.known_keys(mapping, JOB_KEYS, thing, KEYS)
    if ("every" in mapping) == ("cron" in mapping):
        wants = "has both `every` and" if "every" in mapping else "needs `every` or"
        hint = 'Write either `every: 1m` or `cron: "0 3 * * *"`.'
        message = f"The job `{name}` {wants} `cron`."
        shapes.say(mapping.place_of("cron"), Code.MISSING_KEY, message, hint)
    every = shapes.word(mapping.get("every"), "every", DURATION, "a duration", "30s")
    cron = shapes.word(mapping.get("cron"), "cron", _CRON, "a line of five fields", '"0 3 * * *"')
    return Job(name, every, cron, _Blocks(shapes).block(mapping, has_rows=True))


@dataclass(frozen=True, slots=True)
class _Blocks:
    shapes: Shapes

    def block(self, mapping: Mapping, *, has_rows: bool = False, lists: bool = False) -> Block:
        """`has_rows` of a round and a job, `lists` of what may be a list: both say `where`."""
        search = self._search(mapping)
        return Block(
            mapping.place,
            search=search,
            where=self._own_where(mapping, has_rows=has_rows, lists=lists),
            require=tuple(self._require(mapping.get("require"))),
            set=self.shapes.assignments(mapping.get("set"), "set", "order.placed_at: now"),
            create=tuple(self._create(mapping.get("create"))),
            delete=tuple(
                text
                for item in self.shapes.one_or_more(mapping.get("delete"))
                if (text := self.shapes.condition(item, "delete", "order.lines")) is not None
            ),
            each=tuple(self._each(mapping.get("each"))),
            emit=self.shapes.words(
                mapping.get("emit"), "emit", NAME, "the name of an event", "order.placed"
            ),
            do=tuple(self._do(mapping.get("do"))),
            switch=tuple(self._switch(mapping.get("switch"))),
            after=tuple(self._after(mapping.get("after"))),
        )

    # -- one row

    def _search(self, mapping: Mapping) -> Search | None:
        if "find" in mapping and "pick" in mapping:
            message = "`find` and `pick` cannot stand together: `pick` is `find` with a lock."
            self.shapes.say(mapping.place_of("pick"), Code.WRONG_SHAPE, message, "Keep one.")
        key = "pick" if "pick" in mapping else "find"
        word = self.shapes.word(mapping.get(key), key, _SEARCH, "`row in Entity`", "order in Order")
        if word is None:
            return None
        name, _, entity = word.value.partition(" in ")
        return Search(
            Word(name, word.place),
            Word(entity, replace(word.place, column=word.place.column + len(name) + 4)),
            key == "pick",
            self.shapes.condition(mapping.get("where"), "where", "order.id == request.id"),
            self.shapes.words(
                mapping.get("order_by"),
                "order_by",
                _ORDER,
                "a list of columns",
                "[-priority, created_at]",
            ),
            self.shapes.word(
                mapping.get("none"),
                "none",
                _NONE,
                "a status, or one with an error",
                "404 not-found",
            ),
            mapping.place_of(key),
        )

    def _own_where(self, mapping: Mapping, *, has_rows: bool, lists: bool) -> Text | None:
        if "find" in mapping or "pick" in mapping:
            return None
        for key in ("where", "order_by", "none"):
            if key in mapping and not ((has_rows or lists) and key == "where"):
                message = f"`{key}` belongs to a `find` or `pick`, and there is none here."
                hint = "Write `find: order in Order` beside it."
                self.shapes.say(mapping.place_of(key), Code.MISSING_KEY, message, hint)
        if not has_rows:
            return None
        return self.shapes.condition(mapping.get("where"), "where", 'order.status == "placed"')

    # -- guards and changes

    def _require(self, node: Node | None) -> Iterator[Require]:
        hint = "Begin each with `- rule: …`, and `error: 409 insufficient-stock` below it."
        for item in self.shapes.items(node, "require", "a list of rules", hint):
            mapping = self.shapes.mapping(item, "require", "a list of rules", hint)
            if mapping is None:
                continue
            thing = "a rule of `require`"
            self.shapes.known_keys(mapping, ("rule", "error"), thing, KEYS)
            rule = self.shapes.condition(
                self.shapes.required(mapping, "rule", thing, "order.total_cents > 0"),
                "rule",
                "order.total_cents > 0",
            )
            error = self.shapes.required(mapping, "error", thing, "409 insufficient-stock")
            status = self._error(error) if error is not None else None
            if rule is not None and status is not None:
                yield Require(rule, *status, mapping.place)

    def _error(self, node: Node) -> tuple[int, Word] | None:
        must, example = "a status and a name", "Write `error: 409 insufficient-stock`."
        found = _ERROR.fullmatch(node.text) if isinstance(node, Scalar) else None
        if not isinstance(node, Scalar) or found is None:
            self.shapes.wrong(node, "error", must, example)
            return None
        status, name = int(found[1]), found[2].strip()
        place = node.as_text().place(found.start(2))
        if not 400 <= status <= 499:  # noqa: PLR2004  what a caller can have done wrong
            message = f"A broken rule is answered with a status from 400 to 499, not {status}."
            self.shapes.say(node.place, Code.WRONG_SHAPE, message, f"Write `error: 409 {name}`.")
            return None
        if not _KEBAB.fullmatch(name):
            proposal = kebab(name) if _KEBAB.fullmatch(kebab(name)) else "insufficient-stock"
            message = f"The name of an error is in lower case with hyphens, unlike `{name}`."
            hint = f"Write `error: {status} {proposal}`."
            self.shapes.say(place, Code.WRONG_SHAPE, message, hint)
            return None
        return status, Word(name, place)

    def _create(self, node: Node | None) -> Iterator[Creation]:
        must, hint = "a mapping of an entity to its columns", "Write `create: {Note: {text: …}}`."
        for item in self.shapes.one_or_more(node):
            mapping = self.shapes.mapping(item, "create", must, hint)
            for entry in self.shapes.entries(mapping) if mapping else ():
                entity = self.shapes.name(entry, "an entity")
                values = self.shapes.assignments(entry.value, entry.key.text, "text: request.text")
                if entity is not None:
                    yield Creation(entity, values, entry.key.place)

    def _each(self, node: Node | None) -> Iterator[Round]:
        hint = "Begin each round with `- as: line`, and `in: order.lines` below it."
        for item in self.shapes.items(node, "each", "a list of rounds", hint):
            mapping = self.shapes.mapping(item, "each", "a list of rounds", hint)
            if mapping is None:
                continue
            thing = "a round of `each`"
            self.shapes.known_keys(mapping, ROUND_KEYS, thing, KEYS)
            name = self.shapes.word(
                self.shapes.required(mapping, "as", thing, "line"),
                "as",
                _VARIABLE,
                "a name",
                "line",
            )
            rows = self.shapes.condition(
                self.shapes.required(mapping, "in", thing, "order.lines"), "in", "order.lines"
            )
            if name is not None and rows is not None:
                yield Round(name, rows, self.block(mapping, has_rows=True))

    # -- what else happens

    def _do(self, node: Node | None) -> Iterator[Perform]:
        must = "the name of an operation or effect, or a hook"
        for item in self.shapes.one_or_more(node):
            text = item.as_text() if isinstance(item, Scalar) else None
            if text is not None and _is_performed(text.value):
                yield Perform(text)
            else:
                hint = "Write `do: cancelOrder` or `do: hook.scoreRisk(order) -> int`."
                self.shapes.wrong(item, "do", must, hint)

    def _switch(self, node: Node | None) -> Iterator[Case]:
        hint = "Begin each case with `- when: …`, and the last with `- else:`."
        items = self.shapes.items(node, "switch", "a list of cases", hint)
        for number, item in enumerate(items, 1):
            mapping = self.shapes.mapping(item, "switch", "a list of cases", hint)
            if mapping is None:
                continue
            if "else" in mapping:
                if number < len(items):
                    message = "`else` must be the last case: those below it never happen."
                    self.shapes.say(mapping.place_of("else"), Code.WRONG_SHAPE, message)
                yield from self._else(mapping)
                continue
            self.shapes.known_keys(mapping, CASE_KEYS, "a case of `switch`", KEYS)
            when = self.shapes.required(mapping, "when", "a case of `switch`", "order.total > 0")
            condition = self.shapes.condition(when, "when", 'order.status == "placed"')
            if condition is not None:
                yield Case(condition, self.block(mapping))

    def _else(self, mapping: Mapping) -> Iterator[Case]:
        """`else:` with what it does below it, or beside it."""
        inside = mapping.get("else")
        if isinstance(inside, Mapping):
            self.shapes.known_keys(mapping, ("else",), "a case with `else`", KEYS)
            self.shapes.known_keys(inside, OPERATION_KEYS, "`else`", KEYS)
            yield Case(None, self.block(inside))
        elif isinstance(inside, Scalar) and inside.value in (None, True):
            self.shapes.known_keys(mapping, ("else", *OPERATION_KEYS), "a case with `else`", KEYS)
            yield Case(None, self.block(mapping))
        elif inside is not None:
            hint = "Write `- else:` and, below it, what it does."
            self.shapes.wrong(inside, "else", "a mapping of what it does", hint)

    def _after(self, node: Node | None) -> Iterator[Call]:
        must, hint = "a call of a client", "Write `call: payments.createCharge` below it."
        for item in self.shapes.one_or_more(node):
            mapping = self.shapes.mapping(item, "after", must, hint)
            if mapping is None:
                continue
            self.shapes.known_keys(mapping, CALL_KEYS, "`after`", KEYS)
            operation = self.shapes.word(
                self.shapes.required(mapping, "call", "`after`", "payments.createCharge"),
                "call",
                _CLIENT_CALL,
                "an operation of a client",
                "payments.createCharge",
            )
            key = self.shapes.condition(mapping.get("key"), "key", "order.id")
            arguments = self.shapes.assignments(
                mapping.get("with"), "with", "amount_cents: order.total_cents"
            )
            then = tuple(self._then(mapping.get("then")))
            if operation is not None:
                yield Call(operation, key, arguments, then, mapping.place)

    def _then(self, node: Node | None) -> Iterator[tuple[Word, Block]]:
        must, hint = "a mapping of a status to what it does", "Write `201:` below it."
        mapping = self.shapes.mapping(node, "then", must, hint)
        for entry in self.shapes.entries(mapping) if mapping else ():
            status = entry.key
            if not _STATUS.fullmatch(status.text):
                message = f"`{status.text}` is no status of an answer."
                known = "Write one such as `201`, `4XX` or `default`."
                self.shapes.say(status.place, Code.WRONG_SHAPE, message, known)
            else:
                block = read_block(entry.value, status.text, self.shapes)
                if block is not None:
                    yield Word(status.text, status.place), block


def _is_performed(text: str) -> bool:
    return bool(_HOOK.fullmatch(text) if text.startswith("hook.") else NAME.fullmatch(text))
