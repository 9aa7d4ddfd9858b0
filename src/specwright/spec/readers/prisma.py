"""Prisma's schema: `model Task { id String @id @default(uuid()) }`."""

import re
from collections.abc import Iterator
from dataclasses import replace

from specwright.diagnostic import Report
from specwright.spec.readers import names
from specwright.spec.readers.facts import Field, Stated, Target
from specwright.spec.readers.grids import typed
from specwright.spec.syntax import Default, Word
from specwright.spec.text import Text

_BLOCK = re.compile(r"^[^\S\n]*(model|enum)\s+([A-Za-z_]\w*)\s*\{([^{}]*)\}", re.MULTILINE)
_LINE = re.compile(
    r"\s*(?P<name>[A-Za-z_]\w*)\s+(?P<type>[A-Za-z_]\w*)(?P<mark>\?|\[\])?(?P<rest>[^\n]*)"
)
_NATIVE = re.compile(r"@db\.(?P<name>\w+)(?:\((?P<size>[\d, ]+)\))?")
_DEFAULT = re.compile(r"@default\((?P<value>(?:[^()]|\([^()]*\))*)\)")
_MAP = re.compile(r"(?<!@)@map\(\"([^\"]+)\"\)")
_MAP_TABLE = re.compile(r"@@map\(\"([^\"]+)\"\)")
_RELATION = re.compile(r"@relation\((?P<inside>(?:[^()]|\([^()]*\))*)\)")
_LIST = r"{}:\s*\[\s*([^\]]*?)\s*\]"
_TOGETHER = re.compile(r"@@(?P<kind>id|unique|index)\(\s*(?:fields:\s*)?\[(?P<columns>[^\]]*)\]")
_ACTION = re.compile(r"onDelete:\s*(Cascade|SetNull|Restrict|NoAction)")
_NATIVE_TYPES = {
    "Uuid": "uuid", "Text": "text", "Date": "date", "Timestamptz": "timestamptz",
    "SmallInt": "smallint", "Citext": "citext",
}  # fmt: skip
_GENERATED = {"uuid()": "gen_random_uuid()", "now()": "now()"}
_WORDS = {"SetNull": "set null", "NoAction": "no action"}


def enums_of_prisma(body: Text) -> Iterator[tuple[str, tuple[Word, ...]]]:
    for block in _BLOCK.finditer(body.value):
        if block[1] == "enum":
            yield (
                block[2],
                tuple(
                    Word(value[1], body.place(block.start(3) + value.start(1)))
                    for value in re.finditer(r"^\s*([A-Za-z_]\w*)", block[3], re.MULTILINE)
                ),
            )


def read_prisma(body: Text, enums: frozenset[str], report: Report) -> Iterator[Stated]:
    models = {block[2] for block in _BLOCK.finditer(body.value) if block[1] == "model"}
    for block in _BLOCK.finditer(body.value):
        if block[1] == "model":
            yield _Model(body, block, enums, models, report).stated()


class _Model:
    def __init__(
        self,
        body: Text,
        block: "re.Match[str]",
        enums: frozenset[str],
        models: set[str],
        report: Report,
    ) -> None:
        self._body = body
        self._block = block
        self._enums = enums
        self._models = models
        self._report = report
        self._own_names: dict[str, str] = {}

    def stated(self) -> Stated:
        inner = self._block[3]
        lines = [
            (self._block.start(3) + line.start(), match)
            for line in re.finditer(r"[^\n]+", inner)
            if (match := _LINE.fullmatch(line[0].partition("//")[0].rstrip()))
        ]
        fields = {str(f.name): f for f in (self._field(*line) for line in lines) if f is not None}
        for start, match in lines:
            self._relate(fields, start, match)
        mapped = _MAP_TABLE.search(inner)
        name = Word(mapped[1] if mapped else self._block[2], self._body.place(self._block.start(2)))
        stated = Stated(name, tuple(fields.values()), is_table=mapped is not None)
        for together in _TOGETHER.finditer(inner):
            stated = self._together(stated, together)
        return stated

    def _field(self, start: int, match: "re.Match[str]") -> Field | None:
        is_relation = match["type"] in self._models or "@relation" in match["rest"]
        if is_relation or match["mark"] == "[]" or match["type"][0].islower():
            return None
        mapped = _MAP.search(match["rest"])
        name = names.column(mapped[1] if mapped else match["name"])
        self._own_names[match["name"]] = name
        word = Word(name, self._body.place(start + match.start("name")))
        kind = self._body.part(start + match.start("type"), start + match.end("type"))
        one = self._typed(Field(word, not_null=match["mark"] != "?"), kind, match["rest"])
        return self._marked(one, match["rest"])

    def _typed(self, one: Field, kind: Text, rest: str) -> Field:
        native, default = _NATIVE.search(rest), _DEFAULT.search(rest)
        said = _NATIVE_TYPES.get(native["name"]) if native else None
        if native and native["size"] and native["name"] in ("VarChar", "Char", "Decimal"):
            base = "numeric" if native["name"] == "Decimal" else "varchar"
            said = f"{base}({native['size'].replace(' ', '')})"
        if said is None and default and default["value"] == "uuid()":
            said = "uuid"
        if said is not None:
            return replace(one, type=Word(said, kind.place(0)))
        return typed(one, kind, self._enums, self._report)

    def _marked(self, one: Field, rest: str) -> Field:
        default = _DEFAULT.search(rest)
        one = replace(
            one,
            primary_key=bool(re.search(r"(?<!@)@id\b", rest)),
            unique=bool(re.search(r"(?<!@)@unique\b", rest)),
            generated="autoincrement()" in rest,
        )
        if default is None or "autoincrement" in default["value"]:
            return one
        value, place = default["value"].strip(), one.name.place
        if value in _GENERATED:
            sql = Default(_GENERATED[value], is_expression=True, place=place)
            return replace(one, default=sql)
        if "(" in value:
            return one
        return replace(one, default=Default(value.strip("\"'"), is_expression=False, place=place))

    def _relate(self, fields: dict[str, Field], start: int, match: "re.Match[str]") -> None:
        relation = _RELATION.search(match["rest"])
        own = relation and re.search(_LIST.format("fields"), relation["inside"])
        far = relation and re.search(_LIST.format("references"), relation["inside"])
        if not (relation and own and far) or "," in own[1]:
            return
        name = self._own_names.get(own[1], names.column(own[1]))
        action = _ACTION.search(relation["inside"])
        place = self._body.place(start + match.start("type"))
        said = _WORDS.get(action[1], action[1].lower()) if action else None
        target = Target(
            Word(match["type"], place),
            names.column(far[1]),
            Word(said, place) if said else None,
        )
        if name in fields:
            fields[name] = replace(fields[name], target=target)

    def _together(self, stated: Stated, together: "re.Match[str]") -> Stated:
        place = self._body.place(self._block.start(3) + together.start())
        written = re.findall(r"\w+", re.sub(r"\([^()]*\)", "", together["columns"]))
        words = tuple(Word(self._own_names.get(n, names.column(n)), place) for n in written)
        match together["kind"]:
            case "unique":
                return replace(stated, uniques=(*stated.uniques, words))
            case "index":
                return replace(stated, indexes=(*stated.indexes, words))
        keys = {word.value for word in words}
        return replace(
            stated,
            fields=tuple(
                replace(f, primary_key=f.name.value in keys or f.primary_key) for f in stated.fields
            ),
        )
