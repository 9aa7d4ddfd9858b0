"""The schemas of a contract: each component once, shared by all that refer to it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from specwright.diagnostic import Code, Level, Place
from specwright.spec.contract.document import Document, Target
from specwright.spec.contract.keys import ANNOTATIONS, KEYS, UNCHECKED, is_extension
from specwright.spec.contract.values import check_limits, check_values
from specwright.spec.syntax import Schema
from specwright.spec.yaml import Mapping, Node, Scalar, Sequence, described, in_quotes, plain

TYPES = ("string", "integer", "number", "boolean", "array", "object", "null")
_COMPOSING = ("allOf", "anyOf", "oneOf")
_OTHER_TYPES = {
    "int": "type: integer", "int32": "type: integer, format: int32",
    "int64": "type: integer, format: int64", "long": "type: integer, format: int64",
    "float": "type: number", "double": "type: number, format: double", "decimal": "type: number",
    "bool": "type: boolean", "str": "type: string", "text": "type: string",
    "date": "type: string, format: date", "datetime": "type: string, format: date-time",
    "date-time": "type: string, format: date-time",
    "timestamp": "type: string, format: date-time", "uuid": "type: string, format: uuid",
    "email": "type: string, format: email", "file": "type: string, format: binary",
    "binary": "type: string, format: binary", "list": "type: array", "dict": "type: object",
    "map": "type: object", "any": "no `type` at all",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Visit:
    """A target, and those that have to be read before it."""

    target: Target | None
    rest: Iterator[Target]


class Schemas:
    """Reads schemas, those that they refer to first, so that no chain of references nests calls."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._known: dict[int, Schema] = {}  # by where its node starts
        self._entered: set[int] = set()
        self._grounded: set[int] = set()  # consist of nothing that consists of them
        self._broken: set[int] = set()  # where the `$ref`s stand that close such a circle

    def read(self, node: Node) -> Schema:
        """The schema at a node, with everything that it refers to."""
        self._read_first(self._targets(node))
        return self._schema(node)

    def component(self, name: str, node: Node) -> Schema:
        target = Target(f"#/components/schemas/{name}", node)
        self._read_first([target])
        return self._known[node.start]

    # -- in which order

    def _read_first(self, targets: Iterable[Target]) -> None:
        visits = [_Visit(None, iter(targets))]
        while visits:
            visit = visits[-1]
            target = next(visit.rest, None)
            if target is None:
                visits.pop()
                if visit.target is not None:
                    self._known[visit.target.node.start] = self._named(visit.target)
            elif target.node.start not in self._entered:
                self._entered.add(target.node.start)
                self._find_circles(target)
                visits.append(_Visit(target, self._targets(target.node)))

    def _named(self, target: Target) -> Schema:
        schema = self._schema(target.node)
        return replace(schema, name=schema.name or target.component)

    def _targets(self, node: Node) -> Iterator[Target]:
        """What is referred to anywhere in a node."""
        left = [node]
        while left:
            here = left.pop()
            if isinstance(here, Mapping):
                reference = here.get("$ref")
                if reference is not None and (target := self._document.find(reference)):
                    yield target
                left.extend(entry.value for entry in here)
            elif isinstance(here, Sequence):
                left.extend(here.items)

    def _find_circles(self, first: Target) -> None:
        """Break what consists of itself by way of `$ref`, `allOf`, `anyOf` and `oneOf` alone."""
        trail = [first]
        steps = [self._parts(first.node)]
        on_trail = {first.node.start}
        while trail:
            step = next(steps[-1], None)
            if step is None:
                done = trail.pop().node.start
                steps.pop()
                on_trail.discard(done)
                self._grounded.add(done)
                continue
            reference, target = step
            if target.node.start in on_trail:
                self._break(reference, [*trail, target])
            elif target.node.start not in self._grounded:
                trail.append(target)
                steps.append(self._parts(target.node))
                on_trail.add(target.node.start)

    def _parts(self, node: Node) -> Iterator[tuple[Node, Target]]:
        """The references that a schema consists of, not those in its properties or items."""
        left = [node]
        while left:
            here = left.pop()
            if not isinstance(here, Mapping):
                continue
            reference = here.get("$ref")
            if reference is not None and (target := self._document.find(reference)):
                yield reference, target
            for key in _COMPOSING:
                members = here.get(key)
                left.extend(members.items if isinstance(members, Sequence) else ())

    def _break(self, reference: Node, trail: list[Target]) -> None:
        start = next(at for at, step in enumerate(trail) if step.node.start == trail[-1].node.start)
        circle = " → ".join(step.name for step in trail[start:])
        message = f"`{trail[-1].name}` consists of itself: {circle}."
        self._document.say(reference.place, Code.CONTRACT_REFERENCE, message)
        self._broken.add(reference.start)

    # -- one schema

    def _schema(self, node: Node, *, is_member: bool = False) -> Schema:
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return self._of_boolean(node)
        found = self._document.mapping(node, "A schema")
        if found is None:
            return Schema(node.place)
        if "$ref" in found:
            return self._referred(found, is_member=is_member)
        schema = self._alternatives(found, self._own(found))
        if not is_member:
            self._check_required(found, schema)
        return schema

    def _of_boolean(self, node: Scalar) -> Schema:
        if not node.value or not self._document.minor:
            message = f"A schema of `{node.text}` is not built yet."
            self._document.say(node.place, Code.CONTRACT_LATER, message, level=Level.LATER)
        return Schema(node.place)

    def _referred(self, node: Mapping, *, is_member: bool) -> Schema:
        reference = node.get("$ref")
        if reference is None:
            return Schema(node.place)
        target = self._document.target(reference, "schemas")
        if target is None or reference.start in self._broken:
            return Schema(node.place)
        schema = self._known.get(target.node.start) or self._itself(target, reference)
        siblings = [e for e in node if e.key.text != "$ref" and not is_extension(e.key.text)]
        if not siblings:
            return schema
        if not self._document.minor:
            return self._with_description(schema, node)
        return self._with_siblings(schema, node, is_member=is_member)

    def _itself(self, target: Target, reference: Node) -> Schema:
        """A schema inside of itself, by name."""
        if target.component is None:
            self._document.say(
                reference.place,
                Code.CONTRACT_REFERENCE,
                "Only a component can contain itself.",
                "Move this schema to `components: schemas:` and refer to it there.",
            )
        return Schema(reference.place, recursive=target.component)

    def _with_description(self, schema: Schema, node: Mapping) -> Schema:
        """As OpenAPI 3.0 has it: nothing next to a `$ref` counts."""
        for entry in node:
            key = entry.key.text
            if key in ("$ref", "description", "summary", "title", "example") or is_extension(key):
                continue
            message = f"OpenAPI 3.0 ignores what stands next to `$ref`: `{key}`."
            hint = f"Write `allOf: [{{ $ref: {_ref(node)} }}]` next to it instead of the `$ref`."
            self._document.say(entry.key.place, Code.CONTRACT_KEY, message, hint, Level.OPEN)
        return replace(
            schema, description=self._document.string(node, "description") or schema.description
        )

    def _with_siblings(self, schema: Schema, node: Mapping, *, is_member: bool) -> Schema:
        own = self._own(node)
        if all(
            entry.key.text in ANNOTATIONS | {"$ref"} or is_extension(entry.key.text)
            for entry in node
        ):
            return self._annotated(schema, node, own)
        whole = replace(own, all_of=(schema, *own.all_of))
        if not is_member:
            self._check_required(node, whole)
        return whole

    def _annotated(self, schema: Schema, node: Mapping, own: Schema) -> Schema:
        """The same schema, with what one place says about it."""
        merged = replace(
            schema,
            nullable=schema.nullable or own.nullable,
            default=own.default if own.has_default else schema.default,
            has_default=own.has_default or schema.has_default,
            read_only=own.read_only or schema.read_only,
            write_only=own.write_only or schema.write_only,
            description=own.description or schema.description,
            example=own.example if own.example is not None else schema.example,
        )
        check_values(self._document, node, merged)
        return merged

    def _own(self, node: Mapping) -> Schema:
        """What stands in a schema itself."""
        self._check_keywords(node)
        document = self._document
        types, nullable = self._types(node)
        properties = document.entries(node, "properties")
        discriminator, names = self._discriminator(node)
        schema = Schema(
            place=node.place,
            types=tuple(name for name in types if name != "null"),
            nullable=nullable or "null" in types,
            format=document.string(node, "format"),
            enum=self._enum(node, types),
            properties={entry.key.text: self._schema(entry.value) for entry in properties},
            property_places={entry.key.text: entry.key.place for entry in properties},
            required=frozenset(item.text for item in self._required(node)),
            items=self._items(node, types),
            additional=self._additional(node),
            minimum=self._limit(node, "minimum", unless="exclusiveMinimum"),
            maximum=self._limit(node, "maximum", unless="exclusiveMaximum"),
            exclusive_minimum=self._exclusive(node, "minimum", "exclusiveMinimum"),
            exclusive_maximum=self._exclusive(node, "maximum", "exclusiveMaximum"),
            multiple_of=self._number(node, "multipleOf"),
            min_length=self._count(node, "minLength"),
            max_length=self._count(node, "maxLength"),
            pattern=document.string(node, "pattern"),
            min_items=self._count(node, "minItems"),
            max_items=self._count(node, "maxItems"),
            unique_items=document.flag(node, "uniqueItems"),
            min_properties=self._count(node, "minProperties"),
            max_properties=self._count(node, "maxProperties"),
            default=self._default(node),
            has_default="default" in node,
            read_only=document.flag(node, "readOnly"),
            write_only=document.flag(node, "writeOnly"),
            one_of=self._members(node, "oneOf"),
            any_of=self._members(node, "anyOf"),
            all_of=self._members(node, "allOf"),
            discriminator=discriminator,
            discriminator_names=names,
            description=document.string(node, "description"),
            example=_example(node),
        )
        check_limits(document, node, schema)
        if "$ref" not in node:
            check_values(document, node, schema)
        return schema

    def _alternatives(self, node: Mapping, schema: Schema) -> Schema:
        """`anyOf: [X, { type: 'null' }]` is X or null; `allOf: [X]` says something about X."""
        any_of, one_of = _without_null(schema.any_of), _without_null(schema.one_of)
        may_be_null = len(any_of + one_of) < len(schema.any_of + schema.one_of)
        schema = replace(
            schema,
            nullable=schema.nullable or (may_be_null and not schema.types),
            any_of=any_of,
            one_of=one_of,
        )
        members = (*any_of, *one_of, *schema.all_of)
        said = [e.key.text for e in node if not is_extension(e.key.text)]
        if len(members) == 1 and all(key in ANNOTATIONS or key in _COMPOSING for key in said):
            return self._annotated(members[0], node, schema)
        return schema

    # -- its keywords

    def _check_keywords(self, node: Mapping) -> None:
        self._document.check_keys(node, "a schema")
        since = KEYS["a schema"]
        for entry in node:
            key = entry.key.text
            if key in UNCHECKED and since[key] <= self._document.minor:
                what = f"`{key}` is not built yet: values are not checked against it."
                self._document.later(entry, what)

    def _types(self, node: Mapping) -> tuple[tuple[str, ...], bool]:
        found = node.get("type")
        several = found.items if isinstance(found, Sequence) else () if found is None else (found,)
        if isinstance(found, Sequence) and not self._document.minor:
            hint = "Write one type, and `nullable: true` if it may be null."
            self._wrong(found.place, "A list of types came with OpenAPI 3.1.", hint)
        types = tuple(name for item in several if (name := self._type(item)))
        nullable = self._document.flag(node, "nullable")
        if "nullable" in node and self._document.minor:
            word = types[0] if types else "…"
            hint = f"Write `type: [{word}, 'null']`."
            self._wrong(node.place_of("nullable"), "`nullable` went with OpenAPI 3.0.", hint)
        return tuple(dict.fromkeys(types)), nullable

    def _type(self, item: Node) -> str | None:
        if isinstance(item, Scalar) and item.value is None and item.text:
            self._wrong(item.place, "The type is a text: `'null'`.", "Put it in quotes.")
            return "null"
        if isinstance(item, Scalar) and item.text in TYPES:
            return item.text
        message = f"A `type` must be a word, not {described(item)}."
        hint = None
        if isinstance(item, Scalar):
            message = f"`{item.text}` is no type of JSON."
            meant = _OTHER_TYPES.get(item.text.lower())
            hint = f"Write `{meant}`." if meant else self._document.near(item.text, TYPES)
        self._wrong(item.place, message, hint)
        return None

    def _enum(self, node: Mapping, types: tuple[str, ...]) -> tuple[object, ...] | None:
        constant = node.get("const")
        if constant is not None:
            return (plain(constant),)
        if "enum" in node:
            values = tuple(plain(item) for item in self._document.items(node, "enum"))
            if isinstance(node.get("enum"), Sequence) and not values:
                self._wrong(node.place_of("enum"), "An `enum` without values allows nothing.")
            return values or None
        return (None,) if types == ("null",) else None

    def _required(self, node: Mapping) -> tuple[Scalar, ...]:
        found = node.get("required")
        if isinstance(found, Scalar) and isinstance(found.value, bool):
            hint = "List the property under `required:` of the object that has it."
            self._wrong(found.place, "`required` of a schema lists its properties.", hint)
            return ()
        names = []
        for item in self._document.items(node, "required"):
            if isinstance(item, Scalar):
                names.append(item)
            else:
                self._wrong(item.place, f"A property's name is a text, not {described(item)}.")
        return tuple(names)

    def _items(self, node: Mapping, types: tuple[str, ...]) -> Schema | None:
        items = node.get("items")
        if isinstance(items, Sequence):
            hint = "Write one schema for all items."
            self._wrong(items.place, "`items` is one schema, not a list of them.", hint)
            return None
        if items is None and "array" in types and not self._document.minor:
            self._wrong(
                node.place_of("type"), "An array needs `items`.", "Write `items: { type: … }`."
            )
        return None if items is None else self._schema(items)

    def _additional(self, node: Mapping) -> bool | Schema:
        found = node.get("additionalProperties")
        if found is None:
            return True
        if isinstance(found, Scalar) and isinstance(found.value, bool):
            return found.value
        return self._schema(found)

    def _members(self, node: Mapping, key: str) -> tuple[Schema, ...]:
        members = self._document.items(node, key)
        if isinstance(node.get(key), Sequence) and not members:
            self._wrong(node.place_of(key), f"`{key}` needs at least one schema.")
        return tuple(self._schema(member, is_member=True) for member in members)

    def _default(self, node: Mapping) -> object:
        default = node.get("default")
        return None if default is None else plain(default)

    def _discriminator(self, node: Mapping) -> tuple[str | None, dict[str, str]]:
        found = node.get("discriminator")
        if found is None or not (told := self._document.mapping(found, "A discriminator")):
            return None, {}
        self._document.check_keys(told, "a discriminator")
        names = {}
        for entry in self._document.entries(told, "mapping"):
            name = self._component_name(entry.value)
            if name:
                names[entry.key.text] = name
        return self._document.needed(told, "propertyName", "a discriminator"), names

    def _component_name(self, node: Node) -> str | None:
        """The schema that a value of a discriminator stands for: a name or a pointer."""
        if isinstance(node, Scalar) and not node.text.startswith("#"):
            node = replace(node, text=f"#/components/schemas/{node.text}")
        target = self._document.target(node, "schemas")
        return target.component if target else None

    # -- its numbers

    def _number(self, node: Mapping, key: str) -> float | int | None:
        found = node.get(key)
        if found is None:
            return None
        value = found.value if isinstance(found, Scalar) else None
        if isinstance(value, bool) or not isinstance(value, int | float) or value - value != 0:
            self._wrong(found.place, f"`{key}` must be a number, not {described(found)}.")
            return None
        return value

    def _count(self, node: Mapping, key: str) -> int | None:
        value = self._number(node, key)
        if value is None:
            return None
        if value < 0 or value != int(value):
            self._wrong(node.place_of(key), f"`{key}` must be a whole number from 0 on.")
            return None
        return int(value)

    def _limit(self, node: Mapping, key: str, *, unless: str) -> float | int | None:
        return None if self._is_true(node, unless) else self._number(node, key)

    def _exclusive(self, node: Mapping, key: str, exclusive: str) -> float | int | None:
        """A number since OpenAPI 3.1; in 3.0, a flag next to the limit."""
        found = node.get(exclusive)
        if found is None:
            return None
        is_flag = isinstance(found, Scalar) and isinstance(found.value, bool)
        if is_flag and self._document.minor:
            hint = f"Write the limit there, and no `{key}`."
            self._wrong(found.place, f"Since OpenAPI 3.1, `{exclusive}` is a number.", hint)
        elif not is_flag and not self._document.minor:
            hint = f"Write `{key}` with the limit and `{exclusive}: true`."
            self._wrong(found.place, f"In OpenAPI 3.0, `{exclusive}` is true or false.", hint)
        if not is_flag:
            return self._number(node, exclusive)
        if key not in node:
            self._wrong(found.place, f"`{exclusive}` says nothing without `{key}`.")
        return self._number(node, key) if self._is_true(node, exclusive) else None

    def _is_true(self, node: Mapping, key: str) -> bool:
        found = node.get(key)
        return isinstance(found, Scalar) and found.value is True

    # -- its required properties

    def _check_required(self, node: Mapping, schema: Schema) -> None:
        """Each required property has to be one, of the schema or of what it consists of."""
        required = list(self._all_required(node))
        parts = list(_parts(schema)) if required else []
        if any(_is_open(part) for part in parts):
            return
        known = dict.fromkeys(name for part in parts for name in part.properties)
        for item in required:
            if item.text not in known:
                message = f"`{item.text}` is required, but is none of the properties."
                self._wrong(item.place, message, self._document.near(item.text, known))

    def _all_required(self, node: Mapping) -> Iterator[Scalar]:
        """What a schema and its members require that stand in it."""
        required = node.get("required")
        for item in required.items if isinstance(required, Sequence) else ():
            if isinstance(item, Scalar):
                yield item
        for key in _COMPOSING:
            members = node.get(key)
            for member in members.items if isinstance(members, Sequence) else ():
                if isinstance(member, Mapping):
                    yield from self._all_required(member)

    def _wrong(self, place: Place, message: str, hint: str | None = None) -> None:
        self._document.say(place, Code.CONTRACT_SCHEMA, message, hint)


def _example(node: Mapping) -> object:
    """`example`, or the first of the `examples` that came with OpenAPI 3.1."""
    one, several = node.get("example"), node.get("examples")
    if one is None and isinstance(several, Sequence) and several.items:
        one = several.items[0]
    return None if one is None else plain(one)


def _ref(node: Mapping) -> str:
    reference = node.get("$ref")
    return in_quotes(reference.text) if isinstance(reference, Scalar) else "…"


def _without_null(members: tuple[Schema, ...]) -> tuple[Schema, ...]:
    others = tuple(member for member in members if member.enum != (None,) or member.types)
    return others or members


def _parts(schema: Schema) -> Iterator[Schema]:
    """A schema and all that it consists of, each once."""
    seen: set[int] = set()
    left = [schema]
    while left:
        part = left.pop()
        if id(part) not in seen:
            seen.add(id(part))
            yield part
            left += (*part.all_of, *part.any_of, *part.one_of)


def _is_open(part: Schema) -> bool:
    """Whether other properties than those declared are to be expected."""
    is_map = isinstance(part.additional, Schema) and not part.properties
    return bool(part.recursive) or is_map
