"""A process that works on a run and kills itself on the way, as `kill -9` would.

driver.py REPO HOME begin|resume|approve|reject event|call NUMBER
"""

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from toy import DELIVERY, Ticking

from specwright.workflow import Repository, Workshop
from specwright.workflow.delivery import Tasks
from specwright.workflow.ledger import Event, Facts, Ledger

BARE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
TOUCHES = ("open", "os.", "shutil.", "subprocess.", "fcntl.", "time.sleep")


class Doom:
    """Counts to a number, and dies."""

    def __init__(self, number: int) -> None:
        self.left = number

    def nearer(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def die_after_event(doom: Doom) -> None:
    append = Ledger.append

    def appending(self: Ledger, name: str, facts: Facts) -> Event:
        event = append(self, name, facts)
        doom.nearer()
        return event

    Ledger.append = appending  # type: ignore[method-assign]


def die_at_call(doom: Doom) -> None:
    """Before the next thing that touches the machine: a file, a process, a lock, a pause."""
    sys.addaudithook(lambda event, _: doom.nearer() if event.startswith(TOUCHES) else None)


def main(repo: str, home: str, action: str, kind: str, number: str) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": home, "GIT_CONFIG_NOSYSTEM": "1"}
    repository = Repository.at(Path(repo), environment)
    workshop = Workshop(repository, environment, clock=Ticking(), checks=(), given=BARE)
    doom = Doom(int(number))
    die_after_event(doom) if kind == "event" else die_at_call(doom)
    if action == "begin":
        tasks = Path(repo) / "tasks.md"
        done = Tasks(str(tasks), ("T001",)) if tasks.exists() else None
        workshop.begin(replace(DELIVERY, tasks=done), "r1")
    elif action == "resume":
        workshop.resume("r1")
    elif action == "reject":
        workshop.reject("r1", "Otherwise.")
    else:
        workshop.approve("r1")
    print(int(number) - doom.left)


if __name__ == "__main__":
    main(*sys.argv[1:])
