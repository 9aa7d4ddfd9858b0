"""What a request costs the server: two backends for the task board's contract, side by side.

    python benchmarks/requests.py \\
        --a benchmarks:orm_taskboard.app:create_app --b PATH:backend.app:create_app

Both are served by uvicorn (uvloop, httptools, one worker) on loopback, on one database that the
folder with an `alembic.ini` migrates. The load comes from a process of its own. What counts is the
CPU time of the server's process per request, as the kernel keeps it: it hardly depends on what else
the machine does. A and B take turns in every round; the figures are medians over the rounds.

The database is made on the server that DATABASE_URL names, and dropped at the end; without one, an
embedded PostgreSQL is started.
"""

import argparse
import asyncio
import contextlib
import json
import os
import platform
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import asyncpg
import jwt

from specwright.emit.templates.dev.postgres import running

OPERATIONS = ("get", "list", "create", "claim")
SECRET = secrets.token_hex(32)
PAGE = 50
SEEDED = 2000  # tasks in the project that is read
MOST_ROUNDS = 50


@dataclass(frozen=True)
class Call:
    """A request, and the status that its answer must have."""

    method: str
    path: str
    token: str
    body: str = ""
    status: int = 200

    def encoded(self) -> bytes:
        head = [
            f"{self.method} {self.path} HTTP/1.1",
            "Host: localhost",
            f"Authorization: Bearer {self.token}",
        ]
        if self.body:
            head += ["Content-Type: application/json", f"Content-Length: {len(self.body)}"]
        elif self.method == "POST":
            head += ["Content-Length: 0"]
        return "\r\n".join([*head, "", self.body]).encode()


@dataclass(frozen=True)
class Spent:
    """Microseconds per request: the server's CPU, and the wall of a client that waits its turn."""

    cpu: float
    wall: float


@dataclass(frozen=True)
class Turn:
    """One operation in one round, on one server after the other."""

    a: Spent
    b: Spent

    @property
    def ratio(self) -> float:
        return self.a.cpu / self.b.cpu


Rounds = dict[str, list[Turn]]


# The load, in a process of its own


def load(port: int, calls: list[Call], connections: int) -> float:
    """Seconds from the first request to the last answer."""
    return asyncio.run(_load(port, calls, connections))


async def _load(port: int, calls: list[Call], connections: int) -> float:
    share = [(each.encoded(), each.status) for each in calls]
    started = time.perf_counter()
    await asyncio.gather(*(_client(port, share[i::connections]) for i in range(connections)))
    return time.perf_counter() - started


async def _client(port: int, calls: list[tuple[bytes, int]]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request, expected in calls:
        writer.write(request)
        status, body = await _answer(reader)
        if status != expected:
            raise RuntimeError(f"{request!r} gave {status}: {body!r}")
    writer.close()
    await writer.wait_closed()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
    return int(head.split()[1]), await reader.readexactly(int(length or 0))


# The servers


@dataclass(frozen=True)
class Server:
    """A backend that is being served."""

    name: str
    pid: int
    port: int

    def cpu(self) -> float:
        """Seconds of CPU that its process has used, to the nanosecond where the kernel tells."""
        tasks = Path(f"/proc/{self.pid}/task")
        with contextlib.suppress(OSError):
            return sum(int((t / "schedstat").read_text().split()[0]) for t in tasks.iterdir()) / 1e9
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def serving(name: str, place: str, url: str) -> Iterator[Server]:
    """The application at `FOLDER:MODULE:FACTORY`, for as long as the block lasts."""
    folder, _, app = place.partition(":")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    options = f"--host 127.0.0.1 --port {port} --loop uvloop --http httptools --no-access-log"
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(  # noqa: S603 - whoever measures names the application
            [sys.executable, "-m", "uvicorn", "--factory", app, *options.split()],
            cwd=folder,
            env=os.environ | {"DATABASE_URL": url, "JWT_SECRET": SECRET},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            until = time.monotonic() + 30
            while not _listens(port):
                if process.poll() is not None or time.monotonic() > until:
                    log.seek(0)
                    raise RuntimeError(f"{name} ({place}) did not start:\n{log.read()[-3000:]}")
                time.sleep(0.05)
            yield Server(name, process.pid, port)
        finally:
            process.terminate()
            process.wait(timeout=10)


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


# The database


@contextlib.asynccontextmanager
async def fresh_database(server: str) -> AsyncIterator[str]:
    name = f"bench_{secrets.token_hex(4)}"
    admin = await asyncpg.connect(server)
    await admin.execute(f"CREATE DATABASE {name}")
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


def migrate(places: list[str], url: str) -> None:
    folders = [Path(place.partition(":")[0]) for place in places]
    for folder in folders:
        if (folder / "alembic.ini").exists():
            subprocess.run(
                [sys.executable, "-m", "alembic", "upgrade", "head"],
                cwd=folder,
                env=os.environ | {"DATABASE_URL": url, "JWT_SECRET": SECRET},
                check=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            return
    sys.exit("Neither folder has an alembic.ini, so there are no tables to measure on.")


class World:
    """What the calls are made on: a project to read, another to write to, and agents who claim."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]", count: int) -> None:
        self._sql = connection
        self._count = count

    async def seed(self) -> None:
        add = self._sql.fetchval
        read, self._written, self._claimed = [
            await add("INSERT INTO projects (name) VALUES ($1) RETURNING id", name)
            for name in ("read", "written", "claimed")
        ]
        user = "INSERT INTO users (project_id, email, role) VALUES ($1, $2, $3) RETURNING id"
        self._reader = token(await add(user, read, "reader@example.com", "member"))
        self._writer = token(await add(user, self._written, "writer@example.com", "member"))
        self._agents = [
            token(await add(user, self._claimed, f"agent{n}@example.com", "agent"))
            for n in range(self._count)
        ]
        task = (
            "INSERT INTO tasks (project_id, title, description, priority, created_at)"
            " SELECT $1, 'Task number ' || n, repeat('What it is about. ', 5), n % 10,"
            " now() - n * interval '1 second' FROM generate_series(1, $2::int) n RETURNING id"
        )
        self._read_tasks = [row["id"] for row in await self._sql.fetch(task, read, SEEDED)]
        rows = await self._sql.fetch(task, self._claimed, self._count)
        self._free_tasks = [row["id"] for row in rows]

    async def restore(self) -> None:
        """As it was before anything was created or claimed."""
        await self._sql.execute("DELETE FROM tasks WHERE project_id = $1", self._written)
        await self._sql.execute(
            "UPDATE tasks SET status = 'pending', claimed_by = NULL, claimed_at = NULL,"
            " lease_until = NULL, attempts = 0 WHERE project_id = $1",
            self._claimed,
        )
        await self._sql.execute("VACUUM ANALYZE tasks")

    def calls(self, operation: str) -> list[Call]:
        makers: dict[str, Callable[[int], Call]] = {
            "get": lambda n: self._get(self._read_tasks[n * 7 % SEEDED]),
            "list": lambda _: Call("GET", f"/v1/tasks?page_size={PAGE}", self._reader),
            "create": self._create,
            "claim": self._claim,
        }
        return [makers[operation](n) for n in range(self._count)]

    def _get(self, task: UUID) -> Call:
        return Call("GET", f"/v1/tasks/{task}", self._reader)

    def _create(self, number: int) -> Call:
        body = {"title": f"New task {number}", "description": "To be done.", "priority": 5}
        return Call("POST", "/v1/tasks", self._writer, json.dumps(body), 201)

    def _claim(self, number: int) -> Call:
        return Call("POST", f"/v1/tasks/{self._free_tasks[number]}/claim", self._agents[number])


def token(user: UUID) -> str:
    now = int(time.time())
    claims = {"sub": str(user), "iat": now, "exp": now + 86400}
    return jwt.encode(claims | {"iss": "taskboard", "aud": "taskboard"}, SECRET, "HS256")


# The measurement


async def check_same_answers(world: World, servers: list[Server]) -> None:
    """What is compared does the same work: equal answers, but for nulls and spelling of times."""
    for operation in ("get", "list"):
        call = world.calls(operation)[0]
        answers = [await _once(server.port, call) for server in servers]
        if answers[0] != answers[1]:
            raise RuntimeError(f"{operation}: A and B disagree:\n{answers[0]}\n{answers[1]}")


async def _once(port: int, call: Call) -> object:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(call.encoded())
    _, body = await _answer(reader)
    writer.close()
    await writer.wait_closed()
    answer: dict[str, object] = json.loads(body.replace(b"+00:00", b"Z"), object_hook=_without_none)
    answer.pop("next_page_token", None)
    return answer


def _without_none(members: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in members.items() if value is not None}


async def measure(
    world: World, server: Server, operation: str, clients: ProcessPoolExecutor, connections: int
) -> Spent:
    calls = world.calls(operation)
    await world.restore()
    before = server.cpu()
    running = asyncio.get_running_loop().run_in_executor
    wall = await running(clients, load, server.port, calls, connections)
    cpu = server.cpu() - before
    return Spent(cpu / len(calls) * 1e6, wall / len(calls) * 1e6)


async def compare(arguments: argparse.Namespace, server_url: str) -> Rounds:
    places = {"a": arguments.a, "b": arguments.b}
    async with contextlib.AsyncExitStack() as stack:
        clients = stack.enter_context(ProcessPoolExecutor(1, get_context("spawn")))
        url = await stack.enter_async_context(fresh_database(server_url))
        migrate([*places.values()], url)
        connection = await asyncpg.connect(url)
        stack.push_async_callback(connection.close)
        world = World(connection, arguments.count)
        await world.seed()
        a, b = [stack.enter_context(serving(*place, url)) for place in places.items()]
        await check_same_answers(world, [a, b])

        rounds: Rounds = {operation: [] for operation in OPERATIONS}
        for number in range(arguments.rounds + 1):
            for operation in OPERATIONS:
                spent = {}
                for server in (a, b) if number % 2 else (b, a):
                    spent[server.name] = await measure(
                        world, server, operation, clients, arguments.connections
                    )
                if number:  # the first round warms up
                    rounds[operation].append(Turn(**spent))
        return rounds


def table(rounds: Rounds) -> str:
    lines = [
        "| server CPU, µs per request | A | B | A / B | over the rounds |",
        "|---|---|---|---|---|",
    ]
    for operation, turns in rounds.items():
        ratios = sorted(turn.ratio for turn in turns)
        a, b = median(turn.a.cpu for turn in turns), median(turn.b.cpu for turn in turns)
        spread = f"{ratios[0]:.2f} to {ratios[-1]:.2f}"
        lines.append(f"| {operation} | {a:.0f} | {b:.0f} | {median(ratios):.2f} | {spread} |")
    return "\n".join(lines)


def details(arguments: argparse.Namespace, rounds: Rounds) -> dict[str, object]:
    names = ("fastapi", "pydantic", "sqlalchemy", "asyncpg", "uvicorn", "uvloop")
    return {
        "a": arguments.a,
        "b": arguments.b,
        "requests_per_turn": arguments.count,
        "connections": arguments.connections,
        "python": platform.python_version(),
        "packages": {name: version(name) for name in names},
        "ratio": {op: round(median(t.ratio for t in turns), 2) for op, turns in rounds.items()},
        "microseconds": {op: [asdict(turn) for turn in turns] for op, turns in rounds.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="The CPU that a request costs, in A and in B.")
    parser.add_argument("--a", required=True, metavar="DIR:APP")
    parser.add_argument("--b", required=True, metavar="DIR:APP")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=500, help="requests per turn")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--json", type=Path, help="where to write the figures of every round")
    arguments = parser.parse_args()
    if not (1 <= arguments.rounds <= MOST_ROUNDS and 1 <= arguments.count <= SEEDED):
        parser.error(f"at most {MOST_ROUNDS} rounds of {SEEDED} requests, and at least one")
    with running(durable=False) as url:
        rounds = asyncio.run(compare(arguments, url))
    print(table(rounds))
    report = json.dumps(details(arguments, rounds), indent=2)
    if arguments.json:
        arguments.json.write_text(report + "\n")
    else:
        print(report)


if __name__ == "__main__":
    main()
