"""Serves the backend of the folder it stands in, with a database that is thrown away afterwards.

    specwright_host.py serve PORT SCRATCH    until its input ends; SCRATCH is removed at the end
    specwright_host.py work PARENT           the jobs, for as long as the parent lives

It runs in the interpreter of the backend: it imports nothing of Specwright. Each line of its input
asks for fresh tokens, and each line of its output is an answer in JSON.
"""

import json
import os
import runpy
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

PATIENCE = 10.0  # seconds


def serve(port: int, scratch: Path, answers: TextIO) -> None:
    from dev import postgres  # noqa: PLC0415 - of the backend

    try:
        with socket.create_server(("127.0.0.1", port)) as listening:
            with postgres.running(durable=False) as url:
                os.environ["DATABASE_URL"] = url
                _run("-m", "alembic", "upgrade", "head")
                _say(answers, kind="people", people=_people())
                with _jobs():
                    _serve(listening, answers)
            _forget(postgres.ROOM if postgres.OWNER else None)
    except postgres.NotStarted as error:
        _say(answers, kind="failed", says=str(error))
    except OSError as error:
        _say(answers, kind="failed", says=f"port {port}: {error.strerror}")
    except subprocess.CalledProcessError as error:
        last = (error.output.strip().splitlines() or ["it said nothing"])[-1]
        _say(answers, kind="failed", says=f"{' '.join(error.cmd[1:])}: {last}")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _serve(listening: socket.socket, answers: TextIO) -> None:
    import uvicorn  # noqa: PLC0415 - the backend has it

    about = "backend.app:create_app"
    server = uvicorn.Server(
        uvicorn.Config(about, factory=True, log_level="warning", access_log=False)
    )

    def listen() -> None:
        while not server.started and not server.should_exit:
            time.sleep(0.02)
        _say(answers, kind="serving", port=listening.getsockname()[1])
        for _ in sys.stdin:
            _say(answers, kind="people", people=_people())
        server.should_exit = True

    threading.Thread(target=listen, daemon=True).start()
    server.run(sockets=[listening])


def _people() -> list[dict[str, str]]:
    """Someone of each role with a token, where people can sign in."""
    if not Path("dev/seed.py").exists():
        return []
    lines = [line.split() for line in _run("-m", "dev.seed").splitlines()]
    return [dict(zip(("role", "id", "token"), line, strict=True)) for line in lines if line]


@contextmanager
def _jobs() -> Iterator[None]:
    """What happens without a request, while somebody tries the rest."""
    if "__main__" not in Path("backend/worker.py").read_text(encoding="utf-8"):
        yield
        return
    _run("-m", "backend.worker", "--install")
    command = (sys.executable, __file__, "work", str(os.getpid()))
    worker = subprocess.Popen(  # noqa: S603 - this file
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        worker.terminate()
        try:
            worker.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            worker.kill()


def work(parent: int) -> None:
    def end_with_it() -> None:
        while os.getppid() == parent:
            time.sleep(0.2)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=end_with_it, daemon=True).start()
    sys.argv = ["backend.worker"]
    runpy.run_module("backend.worker", run_name="__main__")


def _forget(room: Path | None) -> None:
    """Wait until the database is removed; for root, remove the room that it was in."""
    if room is None:
        return
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and any(room.glob("app-*")):
        time.sleep(0.05)
    shutil.rmtree(room, ignore_errors=True)


def _run(*arguments: str) -> str:
    return subprocess.run(  # noqa: S603 - a list, never a shell
        (sys.executable, *arguments),
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if "alembic" in arguments else None,
        text=True,
    ).stdout


def _say(answers: TextIO, **line: object) -> None:
    answers.write(json.dumps(line) + "\n")
    answers.flush()


if __name__ == "__main__":
    sys.path[0] = str(Path.cwd())
    match sys.argv[1:]:
        case ["serve", port, scratch]:
            os.environ["JWT_SECRET"] = secrets.token_hex(32)
            said = os.fdopen(os.dup(1), "w")
            os.dup2(2, 1)  # whatever else is printed is no answer
            serve(int(port), Path(scratch), said)
        case ["work", parent]:
            work(int(parent))
