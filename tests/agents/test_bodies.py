"""What a file of hooks may be made of."""

import pytest

from specwright.agents.bodies import objections

BEFORE = """\
from backend.core.hooks import HookNotWritten


class Written:
    async def score(self, connection, claim):
        raise HookNotWritten("score")

    async def other(self, connection):
        return 1
"""

FINE = [
    "return 1",
    "return len(claim.email) + claim.open + claim.input",
    "return re.compile('a').match(claim.words) is not None",
    "rows = await connection.execute(select(users).where(users.c.email == claim.email))",
    "raise TooDear",
    "self.kept = 1",
    "values = {}\n        values['a'] = 1",
    "return datetime.now(UTC) - timedelta(hours=1)",
]

TOP = """\
import re
from datetime import UTC, datetime, timedelta

import backend.core.errors
from sqlalchemy import select

from backend.core.errors import Refusal
from backend.users.models import users
"""

CLASS = '\n\nclass TooDear(Refusal):\n    status = 409\n    type = "too-dear"\n\n\n'


def written(body: str) -> str:
    return TOP + CLASS + BEFORE.replace('raise HookNotWritten("score")', body)


@pytest.mark.parametrize("body", FINE)
def test_what_only_computes_and_asks_the_database_is_fine(body: str) -> None:
    assert objections(written(body), BEFORE, ["score"]) == ()


WRONG = {
    "import os": "imports `os`",
    "import urllib.request": "imports `urllib.request`",
    "from backend.core import settings": "imports `backend.core.settings`",
    "from backend.core.settings import Settings": "imports `backend.core.settings`",
    "from logging import os": "imports `os` from `logging`",
    "from re import *": "imports all of `re`",
    "from . import models": "imports by its place",
    "import specwright_witness": "imports `specwright_witness`",
    "from tests import hooks": "imports `tests`",
    "x = __builtins__": "asks `__builtins__`",
    "x = eval('1')": "asks `eval`",
    "x = open('/etc/passwd')": "asks `open`",
    "x = getattr(re, 'enum')": "asks `getattr`",
    "x = re.enum.sys": "asks `.sys`",
    "x = ().__class__": "asks `.__class__`",
    "x = operator.attrgetter('a')": "asks `.attrgetter`",
    "backend.core.errors.Refusal = int": "changes `backend.core.errors.Refusal`",
    "backend.core.errors.NAMES['a'] = 1": "changes `backend.core.errors.NAMES`",
    "del backend.core.errors.Refusal": "changes `backend.core.errors.Refusal`",
    "Refusal.status = 200": "changes `Refusal.status`",
    "far = backend.core.errors\nfar.Refusal = int": "changes `far.Refusal`",
    "re = None": "changes `re`",
    "def f():\n    global re": "changes a global name",
    "x = \"COPY t TO\\n PROGRAM 'sh'\"": "has the database reach the system",
    "def (": "is no Python",
    "x = '\\0": "is no Python",
}


@pytest.mark.parametrize(("line", "problem"), WRONG.items())
def test_what_leads_out_of_a_hook_is_named_with_its_line(line: str, problem: str) -> None:
    found = objections(f"{TOP}\n{line}\n{BEFORE}", BEFORE, ["score"])
    assert any(one.problem.startswith(problem) for one in found), found


def test_functions_that_were_not_asked_for_stay() -> None:
    changed = BEFORE.replace("return 1", "return 2")
    assert [str(one.problem) for one in objections(changed, BEFORE, ["score"])] == [
        "changes `Written.other`, which was not to be written"
    ]
    gone = BEFORE.replace("    async def other(self, connection):\n        return 1\n", "")
    assert [one.problem for one in objections(gone, BEFORE, ["score"])] == [
        "no longer has `Written.other`, which was not to be written"
    ]


@pytest.mark.parametrize("text", ["(" * 100_000, "x\0", "-" * 1_000_000 + "1"])
def test_a_file_that_breaks_the_parser_is_no_python(text: str) -> None:
    (found,) = objections(text, BEFORE, ["score"])
    assert found.problem.startswith("is no Python")
