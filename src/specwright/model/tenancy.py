"""Whose a row is: every entity's way to the tenant, or the question that stays open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from specwright.diagnostic import Code, Level, Report, did_you_mean
from specwright.model.entities import Entity, Relation, TenantPath
from specwright.spec.syntax import Word


@dataclass(frozen=True, slots=True)
class Tenancy:
    """Every row belongs to a row of `root`; `column` of the caller's row says which."""

    column: str
    root: str  # the entity
    root_column: str


def read_tenancy(
    tenant: Word | None, entities: Sequence[Entity], users: str | None, report: Report
) -> Tenancy | None:
    if tenant is None:
        return None
    having = [entity for entity in entities if entity.column(tenant.value) is not None]
    if not having:
        names = {column.name: None for entity in entities for column in entity.columns}
        report.add(
            tenant.place,
            Code.TENANT,
            f"`tenant: {tenant}` names no column of any table.",
            did_you_mean(tenant.value, names)
            or f"Add `{tenant} uuid [not null, ref: > …]` to what has a tenant, or drop the line.",
        )
        return None
    keys = {
        (key.target, key.target_columns[0]): None
        for entity in having
        if (key := entity.foreign_key_of(tenant.value)) is not None
    }
    for entity in having:
        _check_column(entity, tenant, report)
    if len(keys) != 1:
        report.add(
            tenant.place,
            Code.TENANT,
            f"`{tenant}` points at {'several tables' if keys else 'no table'}.",
            f"Let every `{tenant}` have the same reference.",
        )
        return None
    _check_users(tenant, having, users, report)
    ((root, root_column),) = keys
    return Tenancy(tenant.value, root, root_column)


def _check_column(entity: Entity, tenant: Word, report: Report) -> None:
    column = entity.column(tenant.value)
    if column is None:
        return
    if column.nullable:
        report.add(
            column.place,
            Code.TENANT,
            f"A row of `{entity.table}` without `{column.name}` would belong to nobody.",
            "Write `not null`.",
        )
    if entity.foreign_key_of(column.name) is None:
        report.add(
            column.place,
            Code.TENANT,
            f"`{entity.table}.{column.name}` says whose a row is, but points at no table.",
            "Write `ref: > table.id`.",
        )


def _check_users(tenant: Word, having: Sequence[Entity], users: str | None, report: Report) -> None:
    if users is not None and all(entity.name != users for entity in having):
        report.add(
            tenant.place,
            Code.TENANT,
            f"A row of {users} has no `{tenant}`, so nothing says what exists for a caller.",
            f"Give it `{tenant}`.",
        )


def with_tenant_paths(
    entities: Sequence[Entity], tenancy: Tenancy | None, users: str | None, report: Report
) -> tuple[Entity, ...]:
    """The entities with their ways to the tenant: the shortest, and of those the owner's."""
    if tenancy is None:
        return tuple(entities)
    paths = {entity.name: _own_path(entity, tenancy) for entity in entities}
    for _ in entities:
        paths = {
            entity.name: paths[entity.name] or _path_through(entity, paths) for entity in entities
        }
    for entity in entities:
        if paths[entity.name] is None and entity.name != users:  # told of those who sign in
            report.add(
                entity.place,
                Code.TENANT,
                f"Nothing says whose a row of `{entity.table}` is: "
                f"neither `{tenancy.column}` nor a reference that is `not null` leads to a tenant.",
                f"Add `{tenancy.column}` to `{entity.table}`.",
                level=Level.OPEN,
            )
    return tuple(replace(entity, tenant=paths[entity.name]) for entity in entities)


def _own_path(entity: Entity, tenancy: Tenancy) -> TenantPath | None:
    if entity.name == tenancy.root:
        return TenantPath((), tenancy.root_column, is_root=True)
    if entity.column(tenancy.column) is not None:
        return TenantPath((), tenancy.column)
    return None


def _path_through(entity: Entity, paths: Mapping[str, TenantPath | None]) -> TenantPath | None:
    through = [
        (relation, path)
        for relation in entity.relations
        if _is_mandatory(relation) and (path := paths.get(relation.target)) is not None
    ]
    if not through:
        return None
    owners = {key.name for key in entity.foreign_keys if key.on_delete == "cascade"}
    relation, path = min(
        through, key=lambda one: (len(one[1].relations), one[0].foreign_key not in owners)
    )
    return TenantPath((relation.name, *path.relations), path.column)


def _is_mandatory(relation: Relation) -> bool:
    return relation.kind == "one" and not relation.nullable and not relation.is_reverse
