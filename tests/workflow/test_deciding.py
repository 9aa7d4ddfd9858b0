"""A person decides: who may, and what becomes of two who do at once."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from test_manner import under
from toy import DELIVERY, Git

from specwright.roles.choices import Approver
from specwright.workflow import Refusal, Repository, State, Workshop, lock
from specwright.workflow.delivery import Manner

pytestmark = pytest.mark.slow

DRIVER = Path(__file__).with_name("driver.py")
OTHER = Manner(approver=Approver.OTHER, approver_said="profile.yaml:3")


def of(workshop: Workshop, **environment: str) -> Workshop:
    """The same repository, in somebody else's shell."""
    home = {**workshop.environment, **environment}
    repository = Repository.at(workshop.repository.root, home)
    return replace(workshop, repository=repository, environment=home)


def grace(workshop: Workshop) -> Workshop:
    return of(workshop, GIT_AUTHOR_NAME="Grace Example", GIT_AUTHOR_EMAIL="grace@example.com")


# -- Who may


def test_a_runner_begins_and_never_approves(workshop: Workshop, git: Git) -> None:
    bot = of(workshop, SPECWRIGHT_RUNNER="Build bot <bot@example.com>")
    run = bot.begin(DELIVERY, "r1")
    assert run.runner == "Build bot <bot@example.com>"
    with pytest.raises(Refusal, match="no runner approves a run"):
        bot.approve("r1")
    assert git("branch", "--list") == "* main"
    assert workshop.approve("r1").state is State.COMMITTED


@pytest.mark.parametrize(
    ("name", "email"), [("Somebody", "BOT@example.com"), ("Build bot", "else@example.com")]
)
def test_a_runner_that_hides_its_shell_is_known_by_its_name(
    workshop: Workshop, name: str, email: str
) -> None:
    of(workshop, SPECWRIGHT_RUNNER="Build bot <bot@example.com>").begin(DELIVERY, "r1")
    disguised = of(workshop, GIT_AUTHOR_NAME=name, GIT_AUTHOR_EMAIL=email)
    with pytest.raises(Refusal, match=r"ran r1: somebody else approves it"):
        disguised.approve("r1")


def test_where_another_person_is_wanted_nobody_approves_what_they_asked_for(
    workshop: Workshop,
) -> None:
    workshop.begin(under(OTHER), "r1")
    with pytest.raises(Refusal, match=r"`commit.approver: other` \(profile.yaml:3\) wants another"):
        workshop.approve("r1")
    run = grace(workshop).approve("r1")
    assert (run.state, run.told("approved")["name"]) == (State.COMMITTED, "Grace Example")


# -- Two at once


def _decide(workshop: Workshop, action: str) -> "subprocess.Popen[str]":
    places = (str(workshop.repository.root), workshop.environment["HOME"])
    return subprocess.Popen(
        [sys.executable, str(DRIVER), *places, action, "event", "1000"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("actions", [("approve", "approve"), ("approve", "reject")])
def test_of_two_who_decide_at_once_the_second_is_told_what_the_first_did(
    actions: tuple[str, str], workshop: Workshop, git: Git
) -> None:
    workshop.begin(DELIVERY, "r1")
    both = [_decide(workshop, action) for action in actions]
    said = [one.communicate(timeout=60)[1] for one in both]
    codes = sorted(one.returncode for one in both)
    assert codes == [0, 1], said
    refused = next(text for text, one in zip(said, both, strict=True) if one.returncode)
    run = workshop.show("r1")
    how = "committed (approved by" if run.state is State.COMMITTED else "rejected (by"
    assert f"The run r1 is {how} Ada Example" in refused
    assert "there is nothing to decide" in refused
    assert len([event for event in run.events if event.name in actions]) <= 1
    count = git("rev-list", "--all", "--count")
    assert count == ("2" if run.state is State.COMMITTED else "1")


def test_who_decides_while_somebody_is_at_work_is_told_so(workshop: Workshop) -> None:
    workshop.begin(DELIVERY, "r1")
    file = workshop.repository.private / "specwright.lock"
    with lock.held(file, 0.1), pytest.raises(Refusal, match="is at work on this repository"):
        replace(workshop, patience=0.1).approve("r1")
    assert workshop.show("r1").state is State.WAITING
