import asyncio
from tests.world import World
from datetime import timedelta


async def make(world: World):
    p = await world.insert("projects", name="acme")
    a1 = await world.insert("users", project_id=p["id"], email="a1@example.com", role="agent")
    ann = await world.insert("users", project_id=p["id"], email="ann@example.com", role="admin")
    return p, a1, ann


async def test_thread(world: World) -> None:
    p, a1, ann = await make(world)
    ann_, a1_ = world.caller(ann), world.caller(a1)
    r = await ann_.call("POST", "/v1/tasks", {"title": "x", "priority": 3})
    assert r.status_code == 201, r.text
    t = r.json()
    print(t, r.headers)
    r = await ann_.call(
        "PATCH",
        f"/v1/tasks/{t['id']}",
        {"description": "d", "zzz": 1},
        {"if-match": r.headers["etag"]},
    )
    assert r.status_code == 200, r.text
    r = await ann_.call("GET", f"/v1/tasks?status=pending&page_size=1")
    assert r.status_code == 200, r.text
    print(r.text)
    r = await a1_.call("POST", "/v1/tasks/claim-next")
    assert r.status_code == 200, r.text
    await world.pass_time(timedelta(minutes=6))
    r = await a1_.call("POST", f"/v1/tasks/{t['id']}/complete", {"result": {"a": [1]}})
    assert r.status_code == 403, r.text
    r = await a1_.call("POST", f"/v1/tasks/{t['id']}/claim")
    assert r.status_code == 200, r.text
    r = await a1_.call("POST", f"/v1/tasks/{t['id']}/complete", {"result": {"a": [1]}})
    assert r.status_code == 200, r.text
    print(r.text)
    r = await a1_.call("POST", f"/v1/tasks/{t['id']}/complete", {"result": {"a": [1]}})
    assert r.status_code == 403, r.text
    r = await ann_.call("PUT", f"/v1/tasks/{t['id']}/blockers/{t['id']}")
    assert r.status_code == 409, r.text
    print(r.text)
    r = await ann_.call("DELETE", f"/v1/tasks/{t['id']}", headers={"if-match": "*"})
    assert r.status_code == 204, r.text
    r = await ann_.call("GET", "/v1/tasks?page_size=0")
    print(r.text)
    r = await ann_.call("POST", "/v1/tasks", {"title": "", "priority": 33})
    print(r.text, r.headers)
    r = await world.caller(None).call("POST", "/v1/tasks", {"title": "", "priority": 33})
    print(r.text, r.headers)


async def test_race(racing_world: World) -> None:
    world = racing_world
    p, a1, ann = await make(world)
    ts = [await world.insert("tasks", project_id=p["id"], title="t") for _ in range(4)]
    rs = await asyncio.gather(
        *(world.caller(a1).call("POST", f"/v1/tasks/{t['id']}/claim") for t in ts)
    )
    assert sorted(r.status_code for r in rs) == [200, 200, 200, 409]
