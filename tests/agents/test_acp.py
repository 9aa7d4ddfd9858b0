"""An agent over the Agent Client Protocol: what it may ask for, and what it is refused."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from stage import HOOK, SEALED, TESTS, TIGHT, Stage

from specwright.agents import NoSuchAgent, agent_of, landlock
from specwright.agents.sandbox import Sandbox
from specwright.workflow import Run, State, screen

pytestmark = pytest.mark.slow

FAKE = Path(__file__).with_name("fake_acp.py")


def asked(stage: Stage, deed: str) -> Run:
    return stage.asked(f"acp:{sys.executable} {FAKE} {deed}")


def test_an_honest_one_writes_through_us(stage: Stage) -> None:
    run = asked(stage, "honest")
    assert (run.state, run.undone) == (State.WAITING, ())
    assert run.written["said"] == "done"
    assert "return amount + 1" in (stage.worktree / HOOK).read_text()


def test_writes_outside_of_its_task_are_refused_and_named(stage: Stage) -> None:
    run = asked(stage, "writes_elsewhere")
    what = "asked to write it, which is not its task"
    assert run.written["refused"] == [
        f"tests/test_claims.py: {what}",
        f"{stage.repo / '.specwright/worktrees/r1/../../../notes.txt'}: {what}",
        f"tests/conftest.py: {what}",
        f"/etc/specwright: {what}",
    ]
    assert "not given: tests/test_claims.py: asked to write it" in screen(run)
    assert (run.state, run.undone) == (State.WAITING, ())
    assert (stage.repo / "notes.txt").read_text() == "not committed\n"


def test_a_link_on_the_way_is_not_written_through(stage: Stage) -> None:
    run = asked(stage, "links_first")
    assert run.written["refused"] == [
        f"{HOOK}: asked to write it, but it is a link, or lies behind one"
    ]
    assert not Path("/tmp/hooks.py").exists()


def test_files_of_others_are_not_read_out_to_it(stage: Stage) -> None:
    run = asked(stage, "reads_elsewhere")
    assert run.written["refused"] == ["/etc/passwd: asked to read it, which lies elsewhere"]


HELD = Sandbox.LANDLOCK if landlock.version() else Sandbox.NONE


@pytest.mark.parametrize("sandbox", sorted({HELD, Sandbox.NONE}))
def test_permission_is_given_once_and_commands_only_where_they_are_held(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    run = asked(Stage.made(tmp_path, sandbox), "asks_for_more")
    ran = "no" if sandbox is Sandbox.NONE else "yes"
    assert [found.where for found in run.undone] == [f"backend/ran-{ran}"]
    assert "edit it: asked for `edit`" in screen(run)


def test_what_it_writes_past_us_is_undone(stage: Stage) -> None:
    run = asked(stage, "writes_past_us")
    assert [str(found) for found in run.undone] == ["tests/conftest.py: was added: undone."]


def test_one_that_does_not_end_after_its_turn_is_ended(stage: Stage) -> None:
    run = asked(stage, "goes_on")
    assert (run.state, run.undone) == (State.WAITING, ())


BROKEN = {
    "refuses": "ended its turn with `refusal`",
    "breaks": "did not keep to the protocol",
    "talks": "did not keep to the protocol",
    "answers_wrong": "did not keep to the protocol",
    "answers_others": "did not keep to the protocol",
    "hangs": "was stopped: it had not ended after 2 s",
    "floods": "the agent: ",
}


@pytest.mark.parametrize(("deed", "said"), BROKEN.items())
def test_nonsense_ends_the_run_in_a_sentence(
    tmp_path: Path, deed: str, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    stage = Stage.made(tmp_path, bounds=replace(TIGHT, seconds=2))
    run = asked(stage, deed)
    assert run.state is State.FAILED
    assert said in str(run.findings[0])
    assert (stage.worktree / SEALED).read_text() == TESTS
    assert capfd.readouterr().err == ""


def test_without_the_package_one_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("specwright.agents.choice.find_spec", lambda _: None)
    with pytest.raises(NoSuchAgent) as told:
        agent_of("acp:true", {"PATH": "/bin:/usr/bin"})
    assert told.value.hint == "`pip install 'specwright[acp]'`."
