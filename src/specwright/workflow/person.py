"""Who commits: a person, by the name that git knows."""

import re
from dataclasses import dataclass
from datetime import datetime

from specwright.workflow.git import Git
from specwright.workflow.refusal import Refusal

# Whoever is named so is a program: what it runs, somebody else approves.
RUNNER = "SPECWRIGHT_RUNNER"
MACHINE = "specwright"  # the runner where nobody named one

IDENT = re.compile(r"(?P<name>.+) <(?P<email>[^<>]+)> \d+ [+-]\d+")


class Nobody(Refusal):
    """Git does not know whose commit it would be."""


@dataclass(frozen=True, slots=True)
class Person:
    """A name and an address for mail."""

    name: str
    email: str

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"

    def is_called(self, name: str) -> bool:
        """Whether `name`, with or without an address, is this person."""
        start, _, address = name.strip().removesuffix(">").rpartition("<")
        called = start.strip() or name.strip()
        return self.email.casefold() == address.casefold() or self.name == called

    @classmethod
    def at_work(cls, git: Git) -> "Person":
        """The person that git is configured for; a guess from the host's name does not count."""
        known = IDENT.fullmatch(
            git.asks("-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT") or ""
        )
        if not known:
            raise Nobody(
                "Git does not know who you are, so nobody could approve the commit.",
                'Run `git config --global user.name "…"` and `git config --global user.email …`.',
            )
        return cls(known["name"], known["email"])

    def at(self, moment: datetime) -> dict[str, str]:
        """For git's environment: the same commit made twice is one commit."""
        date = f"@{int(moment.timestamp())} +0000"
        return {
            "GIT_AUTHOR_NAME": self.name,
            "GIT_AUTHOR_EMAIL": self.email,
            "GIT_AUTHOR_DATE": date,
            "GIT_COMMITTER_NAME": self.name,
            "GIT_COMMITTER_EMAIL": self.email,
            "GIT_COMMITTER_DATE": date,
        }
