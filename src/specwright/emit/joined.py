"""Texts that a request lists: the rows that they stand for are joined to the row, new ones made."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from specwright.emit import names
from specwright.emit.wording import quoted
from specwright.model import Model
from specwright.model.entities import Column, Entity
from specwright.model.operations import BodyField, JoinedTexts, Operation
from specwright.model.sql_types import Kind

_TYPES = {
    Kind.UUID: "Uuid()",
    Kind.TEXT: "Text()",
    Kind.VARCHAR: "Text()",
    Kind.SMALLINT: "BigInteger()",
    Kind.INT: "BigInteger()",
    Kind.BIGINT: "BigInteger()",
}


@dataclass(frozen=True)
class Joined:
    """What becomes of one such list of one operation's body; `entity` is the row's."""

    model: Model
    entity: Entity
    texts: JoinedTexts

    @cached_property
    def link(self) -> Entity:
        return self.model.entity(self.texts.link)

    @cached_property
    def target(self) -> Entity:
        return self.model.entity(self.texts.target)

    @property
    def _stamps(self) -> list[str]:
        return [name for name in ("created_at", "updated_at") if self.target.column(name)]

    def missing(self) -> list[str]:
        """What a new row of the target would need beside its text."""
        known = {self.texts.column.name, *self._stamps}
        return [
            one.name for one in self.target.columns if not one.is_filled and one.name not in known
        ]

    # -- The queries ------------------------------------------------------------------------------

    @property
    def _listed(self) -> str:
        return f"_{self.target.table}_OF_{self.entity.row}".upper()

    @property
    def _made(self) -> str:
        return f"_MAKE_{self.target.table}".upper()

    @property
    def _joined(self) -> str:
        return f"_JOIN_{self.target.table}_TO_{self.entity.row}".upper()

    @property
    def _parted(self) -> str:
        return f"_PART_{self.target.table}_FROM_{self.entity.row}".upper()

    def statements(self) -> Iterator[str]:
        target, link = names.table_class(self.target), names.table_class(self.link)
        text = f"{target}.{self.texts.column.attribute}"
        own, far, far_key = self._own.attribute, self._column(self.link, self.texts.far), self._key
        into = [self.texts.column.attribute, *self._stamps]
        values = [
            f"{self._listed}.c.text",
            *('bindparam("now", type_=Timestamp)' for _ in self._stamps),
        ]
        yield f"{self._listed} = given(text=Text(), number=BigInteger())"
        yield (
            f"{self._made} = Statement(int, upsert({target}).from_select({_list(into)}, "
            f"select({', '.join(values)}).distinct().order_by({self._listed}.c.text))"
            f".on_conflict_do_nothing())"
        )
        key = f'bindparam("key", type_={_TYPES[self._own.type.kind]})'
        joined = {own: key, far.attribute: f"{target}.{far_key.attribute}"}
        if self.texts.position is not None:
            position = self._column(self.link, self.texts.position)
            joined[position.attribute] = f"{self._listed}.c.number"
        yield (
            f"{self._joined} = Statement(int, upsert({link}).from_select({_list(list(joined))}, "
            f"select({', '.join(joined.values())}).where({text} == {self._listed}.c.text)"
            f".order_by({self._listed}.c.number)).on_conflict_do_nothing())"
        )
        yield (
            f"{self._parted} = Statement(int, "
            f'delete({link}).where({link}.{own} == bindparam("key")))'
        )

    @property
    def method(self) -> str:
        return f"join_{self.target.table}"

    def definition(self) -> str:
        """A method of the rows of links."""
        row = self.entity.row
        key = f"{row}.{self.entity.columns_by_name[self.texts.own_key].attribute}"
        now, given = (", now: datetime", ", now=now") if self._stamps else ("", "")
        words = self.target.table.replace("_", " ")
        return (
            f"async def {self.method}(self, {row}: {names.row_class(self.entity)}, "
            f"texts: list[str]{now}) -> None:\n"
            f'    """Exactly these {words}, in their order; those that are not there are made."""\n'
            f"    numbers = list(range(len(texts)))\n"
            f"    await {self._made}.run(self._connection, text=texts, number=numbers{given})\n"
            f"    await {self._parted}.run(self._connection, key={key})\n"
            f"    await {self._joined}.run("
            f"self._connection, key={key}, text=texts, number=numbers)"
        )

    # -- Their calls ------------------------------------------------------------------------------

    def call(self, row: str, texts: str) -> str:
        now = ", self._now" if self._stamps else ""
        return f"await {self.link.name}Rows(connection).{self.method}({row}, {texts}{now})"

    @property
    def _own(self) -> Column:
        return self._column(self.link, self.texts.own)

    @property
    def _key(self) -> Column:
        return self._column(self.target, self.texts.far_key)

    @staticmethod
    def _column(entity: Entity, name: str) -> Column:
        return entity.columns_by_name[name]


def joined_by(model: Model, operation: Operation) -> Iterator[tuple[BodyField, Joined]]:
    """The lists of texts that the operation's body brings."""
    body = operation.body
    if operation.entity is None or body is None:
        return
    for field in body.fields:
        if field.texts is not None:
            yield field, Joined(model, model.entity(operation.entity), field.texts)


def all_joined(model: Model) -> tuple[Joined, ...]:
    """Each once, whichever operations bring it."""
    found = (one for operation in model.operations for _, one in joined_by(model, operation))
    return tuple({(one.entity.name, one.texts): one for one in found}.values())


def _list(names_of_columns: list[str]) -> str:
    return f"[{', '.join(quoted(one) for one in names_of_columns)}]"
