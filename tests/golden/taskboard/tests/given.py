"""Valid rows, straight into the database: a function for each table.

What a test does not say has a value that the data model allows, and a row that must belong to
another gets one. Everything happens in one project unless a test says otherwise.
"""

from datetime import timedelta

from tests.world import Row, World


async def home(world: World) -> Row:
    """The project in which everything happens unless a test says otherwise."""
    if world.home is None:
        world.home = await project(world)
    return world.home


async def project(world: World, **values: object) -> Row:
    moment = world.just_now()
    row: Row = {"created_at": moment, "updated_at": moment, "name": f"name {world.number()}"}
    return await world.insert("projects", row | values)


async def user(world: World, **values: object) -> Row:
    moment = world.just_now()
    row: Row = {
        "created_at": moment,
        "updated_at": moment,
        "email": f"someone{world.number()}@example.com",
    }
    if "project_id" not in values:
        row["project_id"] = (await home(world))["id"]
    return await world.insert("users", row | values)


async def task(world: World, status: str | None = "pending", **values: object) -> Row:
    """A task of this status, as the shortest way there leaves it."""
    moment = world.just_now()
    row: Row = {"created_at": moment, "updated_at": moment, "title": "title", "status": status}
    if "project_id" not in values:
        row["project_id"] = (await home(world))["id"]
    match status:
        case "in_progress":
            if "claimed_by" not in values:
                row["claimed_by"] = (
                    await user(
                        world,
                        project_id=values.get("project_id", row.get("project_id")),
                        role="agent",
                    )
                )["id"]
            row["claimed_at"] = world.now
            row["lease_until"] = world.now + timedelta(minutes=5)
            row["attempts"] = 1
        case "done":
            row["attempts"] = 1
            row["result"] = {"any": "thing"}
        case "failed":
            row["attempts"] = 1
        case _:
            pass
    return await world.insert("tasks", row | values)


async def task_blocker(world: World, **values: object) -> Row:
    row: Row = {}
    if "task_id" not in values:
        row["task_id"] = (await task(world))["id"]
    if "blocker_id" not in values:
        row["blocker_id"] = (await task(world))["id"]
    return await world.insert("task_blockers", row | values)


async def one_of_each(world: World) -> None:
    """A row in every table."""
    await project(world)
    await user(world)
    await task(world)
    await task_blocker(world)
