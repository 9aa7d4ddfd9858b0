"""What a bundle can determine and this version does not build, and what that keeps from building.

When a part is built, its line leaves `NOT_BUILT`; everything else about it is in the model already.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from specwright.diagnostic import Place
from specwright.model.accounts import Accounts
from specwright.model.calls import CallGraph, Node
from specwright.model.credentials import credential_of, is_opened_by
from specwright.model.entities import Entity
from specwright.model.operations import Operation, OperationKind
from specwright.model.rules import Block, Job, Rule
from specwright.spec import syntax
from specwright.spec.syntax import Word


class Capability(StrEnum):
    ACCOUNTS = "accounts"
    UNREAD_ACCOUNTS = "unread accounts"
    WEBHOOKS_IN = "webhooks-in"
    EVENTS = "events"
    CLIENT_CALLS = "client-calls"
    IDEMPOTENCY = "idempotency"
    STREAMS = "streams"
    FILES = "files"
    SOFT_DELETE = "soft-delete"
    AUDIT = "audit"
    PERSONAL = "personal"
    ENCRYPTION = "encryption"
    SEARCH = "search"
    CRON = "cron"
    RATE_LIMITS = "rate-limits"
    EXPRESSIONS = "expressions"
    REFRESH_TOKENS = "refresh-tokens"
    OTHER_SECURITY = "other-security"


@dataclass(frozen=True, slots=True)
class Missing:
    """A sentence on what is not built, and whether an operation that needs it is left out.

    It is not told where something else is told already.
    """

    sentence: str
    stops: bool = True
    is_told: bool = True


NOT_BUILT: Mapping[Capability, Missing] = {
    Capability.ACCOUNTS: Missing(
        "Signing out without a refresh token, and resetting passwords, are not built yet."
    ),
    Capability.UNREAD_ACCOUNTS: Missing("Nothing says how users sign in.", is_told=False),
    Capability.WEBHOOKS_IN: Missing("Incoming webhooks are not built yet."),
    Capability.EVENTS: Missing("Outgoing webhooks are not built yet."),
    Capability.CLIENT_CALLS: Missing("Calls of other services are not built yet."),
    Capability.IDEMPOTENCY: Missing("Idempotency keys are not built yet."),
    Capability.STREAMS: Missing("Event streams are not built yet."),
    Capability.FILES: Missing("Bodies that are no JSON are not built yet."),
    Capability.SOFT_DELETE: Missing("Soft deletion is not built yet."),
    Capability.AUDIT: Missing("The audit log is not built yet.", stops=False),
    Capability.PERSONAL: Missing(
        "Export and erasure of personal data are not built yet.", stops=False
    ),
    Capability.ENCRYPTION: Missing("Encrypted columns are not built yet."),
    Capability.SEARCH: Missing("Full-text search is not built yet.", stops=False),
    Capability.CRON: Missing("`cron` is not built yet; `every` is."),
    Capability.RATE_LIMITS: Missing("Rate limits are not built yet.", stops=False),
    Capability.REFRESH_TOKENS: Missing("Refresh tokens are not built yet.", stops=False),
    Capability.EXPRESSIONS: Missing("An expression of its rules is not built yet."),
    Capability.OTHER_SECURITY: Missing(
        "Such a credential is not built yet: bearer tokens and keys in a header are."
    ),
}


@dataclass(frozen=True, slots=True)
class Need:
    """Something that needs a capability: where, and for which operation or job, if for one."""

    capability: Capability
    place: Place
    node: Node | None = None


def is_json(media_type: str) -> bool:
    bare = media_type.partition(";")[0].strip().lower()
    return bare == "application/json" or bare.endswith("+json")


def needs_of_call(written: syntax.Operation, streams: Iterable[str]) -> Iterator[Need]:
    """What a call of the contract needs beyond JSON."""
    node: Node = ("operation", written.id.value)
    answers = [r for r in written.responses if r.status[:1] == "2"]
    medias = [media for response in answers for media in response.content]
    if written.id.value in streams or any("event-stream" in media for media in medias):
        yield Need(Capability.STREAMS, written.id.place, node)
        return
    for response in answers:
        if response.content and not any(is_json(media) for media in response.content):
            yield Need(Capability.FILES, response.place, node)
    body = written.body
    if body is not None and body.content and not any(is_json(media) for media in body.content):
        yield Need(Capability.FILES, body.place, node)


def needs_of_security(contract: syntax.Contract) -> Iterator[Need]:
    """The operations that the credential of this backend cannot open."""
    credential = credential_of(contract)
    others = {
        name: scheme
        for name, scheme in contract.security_schemes.items()
        if not is_opened_by(scheme, credential)
    }
    for scheme in others.values():
        yield Need(Capability.OTHER_SECURITY, scheme.name.place)
        for operation in contract.operations:
            ways = operation.security
            if ways and all(set(way) & set(others) for way in ways):
                node: Node = ("operation", operation.id.value)
                yield Need(Capability.OTHER_SECURITY, scheme.name.place, node)


def needs_of_operations(
    operations: Sequence[Operation], service: syntax.Service, accounts: Accounts | None
) -> Iterator[Need]:
    for operation in operations:
        node: Node = ("operation", operation.id)
        if operation.kind is OperationKind.ACCOUNT:
            needed = Capability.ACCOUNTS if accounts else Capability.UNREAD_ACCOUNTS
            yield Need(needed, operation.place, node)
        if operation.kind is OperationKind.WEBHOOK:
            yield Need(Capability.WEBHOOKS_IN, operation.place, node)
    for word in service.idempotency:
        yield Need(Capability.IDEMPOTENCY, word.place, ("operation", word.value))
    for limit in service.limits:
        if limit.rate is not None:
            yield Need(Capability.RATE_LIMITS, limit.rate.place)
    auth = service.auth
    if auth is not None and auth.refresh_token is not None and auth.login is None:
        yield Need(Capability.REFRESH_TOKENS, auth.refresh_token.place)


def needs_of_rules(rules: Sequence[Rule], jobs: Sequence[Job]) -> Iterator[Need]:
    for rule in rules:
        yield from _needs_of_block(rule.block, (rule.kind, rule.name))
    for job in jobs:
        node: Node = ("job", job.name)
        yield from _needs_of_block(job.block, node)
        if job.cron is not None:
            yield Need(Capability.CRON, job.place, node)


def _needs_of_block(block: Block, node: Node) -> Iterator[Need]:
    for inner in block.within():
        for event in inner.emit:
            yield Need(Capability.EVENTS, event.place, node)
        for call in inner.after:
            yield Need(Capability.CLIENT_CALLS, call.place, node)


def needs_of_tables(
    tables: Sequence[syntax.Table], entities: Sequence[Entity], operations: Sequence[Operation]
) -> Iterator[Need]:
    by_table = {entity.table: entity for entity in entities}
    for table in tables:
        entity = by_table.get(table.name.value)
        if "audit" in table.custom:
            yield Need(Capability.AUDIT, table.custom["audit"].place)
        if entity is not None and entity.soft_deleted:
            yield from _of_soft_deletion(table, entity, operations)
        for column in table.columns:
            yield from _of_column(column, entity, operations)


def _of_soft_deletion(
    table: syntax.Table, entity: Entity, operations: Sequence[Operation]
) -> Iterator[Need]:
    word = next((p for p in table.partials if p.value == "soft_deleted"), table.name)
    yield Need(Capability.SOFT_DELETE, word.place)
    for operation in operations:
        if operation.entity == entity.name and operation.kind is OperationKind.DELETE:
            yield Need(Capability.SOFT_DELETE, word.place, ("operation", operation.id))


def _of_column(
    column: syntax.Column, entity: Entity | None, operations: Sequence[Operation]
) -> Iterator[Need]:
    custom: Mapping[str, Word] = column.custom
    if "personal" in custom:
        yield Need(Capability.PERSONAL, custom["personal"].place)
    if "search" in custom:
        yield Need(Capability.SEARCH, custom["search"].place)
    if "encrypted" not in custom:
        return
    place = custom["encrypted"].place
    yield Need(Capability.ENCRYPTION, place)
    for operation in operations:
        if entity is not None and touches(operation, entity.name, column.name.value):
            yield Need(Capability.ENCRYPTION, place, ("operation", operation.id))


def touches(operation: Operation, entity: str, column: str) -> bool:
    """Whether an operation writes or shows a column."""
    fields = operation.body.fields if operation.body is not None else ()
    if operation.entity == entity and any(field.column == column for field in fields):
        return True
    return any(
        answer.view is not None and answer.view.shows(entity, column)
        for answer in operation.answers
    )


def stopped(
    needs: Iterable[Need], nodes: Sequence[Node], calls: CallGraph
) -> dict[Node, list[str]]:
    """Why an operation or a job is left out: what it needs, itself or through what it does."""
    by_node: dict[Node, dict[str, None]] = {}
    for need in needs:
        missing = NOT_BUILT.get(need.capability)
        if need.node is not None and missing is not None and missing.stops:
            by_node.setdefault(need.node, {})[missing.sentence] = None
    found: dict[Node, list[str]] = {}
    for node in nodes:
        reached = sorted(calls.reached_from([node]))
        reasons = dict.fromkeys(reason for one in reached for reason in by_node.get(one, {}))
        if reasons:
            found[node] = list(reasons)
    return found
