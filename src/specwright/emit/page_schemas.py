"""The bodies of lists in `backend/{domain}/schemas.py`: the rows, and what is said beside them."""

from collections.abc import Iterable
from dataclasses import dataclass

from specwright.address import pascal, snake
from specwright.emit import names
from specwright.emit.pages import counter, page_form
from specwright.emit.parts import needs_parts, parts_class
from specwright.emit.wording import quoted
from specwright.model import Model
from specwright.model.naming import attribute
from specwright.model.operations import (
    EnvelopeField,
    EnvelopeRole,
    ListEnvelope,
    Operation,
    View,
)


@dataclass(frozen=True, slots=True)
class PageField:
    name: str
    annotation: str
    value: str


@dataclass(frozen=True, slots=True)
class Part:
    """An object within the body of a list, such as `meta`."""

    name: str
    renames: str
    fields: tuple[PageField, ...]


@dataclass(frozen=True, slots=True)
class PageClass:
    name: str
    purpose: str
    renames: str
    form: str
    row: str
    fields: tuple[PageField, ...]
    parts: tuple[Part, ...]


def emitted_pages(model: Model, operations: Iterable[Operation]) -> list[PageClass]:
    found: dict[str, PageClass] = {}
    for operation in operations:
        for answer in operation.answers:
            if answer.page is not None and answer.page.items is not None and answer.view:
                name = names.page_class(answer.page)
                if name not in found:
                    found[name] = _Writer(model, operation, answer.page, answer.view).page()
    return list(found.values())


@dataclass(frozen=True, slots=True)
class _Writer:
    model: Model
    operation: Operation
    envelope: ListEnvelope
    view: View

    def page(self) -> PageClass:
        entity = self.model.entity(self.view.entity)
        has_parts = needs_parts(self.model, self.view)
        own = [one for one in self.envelope.fields if len(one.path) == 1]
        fields = [self._rows(), *(self._field(one) for one in own)]
        parts = []
        for wire in dict.fromkeys(one.path[0] for one in self.envelope.fields if one not in own):
            part = self._part(wire)
            said = ", ".join(f"{one.name}={one.value}" for one in part.fields)
            fields.append(PageField(attribute(snake(wire)), part.name, f"{part.name}({said})"))
            parts.append(part)
        return PageClass(
            name=names.page_class(self.envelope),
            purpose=f"Some of the {entity.table.replace('_', ' ')}.",
            renames=renamed(
                (attribute(snake(wire)), wire)
                for wire in (self.envelope.items or "", *(f.path[0] for f in self.envelope.fields))
            ),
            form=page_form(self.operation),
            row=parts_class(self.view) if has_parts else names.row_class(entity),
            fields=tuple(fields),
            parts=tuple(parts),
        )

    def _rows(self) -> PageField:
        entity, view_class = self.model.entity(self.view.entity), names.view_class(self.view)
        if self.view.text is not None:
            texts = f"[{text_of(self.model, self.view)} for {entity.row} in page.rows]"
            return PageField(attribute(snake(self.envelope.items or "")), "list[str]", texts)
        one = "parts" if needs_parts(self.model, self.view) else entity.row
        listed = f"[{view_class}.of({one}) for {one} in page.rows]"
        return PageField(attribute(snake(self.envelope.items or "")), f"list[{view_class}]", listed)

    def _part(self, wire: str) -> Part:
        within = [one for one in self.envelope.fields if one.path[0] == wire]
        return Part(
            name=f"{names.page_class(self.envelope)}{pascal(wire)}",
            renames=renamed((attribute(snake(one.path[-1])), one.path[-1]) for one in within),
            fields=tuple(self._field(one) for one in within),
        )

    def _field(self, one: EnvelopeField) -> PageField:
        name = attribute(snake(one.path[-1]))
        if one.role is EnvelopeRole.CONSTANT and one.constant is not None:
            return PageField(name, type(one.constant).__name__, literal(one.constant))
        if one.role is EnvelopeRole.NEXT_TOKEN:
            return _or_unset(one, PageField(name, "str | None", "page.next_page_token"))
        paging = self.operation.paging
        first_page = paging.first_page if paging else 1
        kind, value = counter(one.role, page_form(self.operation), first_page=first_page)
        return _or_unset(one, PageField(name, kind, value))


def text_of(model: Model, view: View) -> str:
    """The text that a row is shown as."""
    entity = model.entity(view.entity)
    return f"{entity.row}.{entity.columns_by_name[view.text or ''].attribute}"


def _or_unset(one: EnvelopeField, field: PageField) -> PageField:
    """Where the wire has no null, it is left out."""
    if one.nullable or not field.annotation.endswith("| None"):
        return field
    kind = field.annotation.replace("None", "msgspec.UnsetType")
    if field.value.endswith("else None"):
        return PageField(field.name, kind, field.value.replace("else None", "else msgspec.UNSET"))
    return PageField(field.name, kind, f"{field.value} or msgspec.UNSET")


def literal(value: object) -> str:
    return quoted(value) if isinstance(value, str) else repr(value)


def renamed(pairs: Iterable[tuple[str, str]]) -> str:
    """The wire's names where they are not Python's."""
    different = {ours: wire for ours, wire in pairs if ours != wire}
    listed = ", ".join(f"{quoted(ours)}: {quoted(wire)}" for ours, wire in different.items())
    return f", rename={{{listed}}}" if listed else ""
