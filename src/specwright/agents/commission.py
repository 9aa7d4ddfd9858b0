"""What an agent is asked for: the bodies of hooks."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hook:
    """One function to write: where, for what, and the tests that ask it."""

    name: str  # in the rules
    path: str
    function: str
    protocol: str  # the file that says its signature
    asked_by: tuple[str, ...]
    tests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Commission:
    """Who is asked, for which hooks, and what of the bundle they are shown."""

    agent: str  # as it was typed: `command:…` or `acp:…`
    hooks: tuple[Hook, ...]
    bundle: str  # its folder
    shown: tuple[tuple[str, str], ...] = ()  # files of the bundle, with their texts
    granted: tuple[str, ...] = ()  # variables of the environment that it sees, by name

    @property
    def writable(self) -> tuple[str, ...]:
        return tuple(sorted({hook.path for hook in self.hooks}))

    @property
    def tests(self) -> tuple[str, ...]:
        """The tests that judge it."""
        return tuple(dict.fromkeys(test for hook in self.hooks for test in hook.tests))

    def waiting(self, unwritten: Iterable[str]) -> tuple[str, ...]:
        """The tests that wait for hooks that are not written."""
        left = set(unwritten)
        return tuple(
            dict.fromkeys(test for hook in self.hooks if hook.name in left for test in hook.tests)
        )
