from collections.abc import Callable
from pathlib import Path

import pytest
from toy import Ticking

from specwright.workflow.ledger import Ledger, LedgerDamaged


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    ledger = Ledger(tmp_path / "ledger.jsonl", Ticking())
    for name in ("begun", "red", "green"):
        ledger.append(name, {"text": "Zeile\n\u2028ä", "number": 7, "event": "not mine"})
    return ledger


def names(ledger: Ledger) -> list[str]:
    return [event.name for event in ledger.read()]


def test_what_was_written_is_read_in_order(ledger: Ledger) -> None:
    first, *_ = ledger.read()
    assert names(ledger) == ["begun", "red", "green"]
    assert first.facts == {"text": "Zeile\n\u2028ä", "number": 7, "event": "not mine"}
    assert [event.number for event in ledger.read()] == [1, 2, 3]


def test_a_ledger_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert Ledger(tmp_path / "none.jsonl", Ticking()).read() == ()


def test_lines_are_only_ever_added(ledger: Ledger) -> None:
    before = ledger.path.read_bytes()
    ledger.append("waiting", {})
    assert ledger.path.read_bytes().startswith(before)
    assert ledger.path.read_bytes().count(b"\n") == 4


@pytest.mark.parametrize("lost", range(1, 60, 7))
def test_a_line_torn_by_a_crash_was_never_written(lost: int, ledger: Ledger) -> None:
    ledger.path.write_bytes(ledger.path.read_bytes()[:-lost])
    assert names(ledger) == ["begun", "red"]
    ledger.append("green", {})
    assert names(ledger) == ["begun", "red", "green"]


@pytest.mark.parametrize("rest", [b"\0" * 4096, b"{", b'{"number": 4}', b"\xff\xfe"])
def test_whatever_a_power_cut_left_behind_the_last_line_is_dropped(
    rest: bytes, ledger: Ledger
) -> None:
    with ledger.path.open("ab") as file:
        file.write(rest)
    ledger.append("waiting", {})
    assert names(ledger) == ["begun", "red", "green", "waiting"]


def _reworded(content: bytes) -> bytes:
    return content.replace(b'"red"', b'"blu"')


def _left_out(content: bytes) -> bytes:
    first, _, third = content.splitlines(keepends=True)
    return first + third


def _swapped(content: bytes) -> bytes:
    first, second, third = content.splitlines(keepends=True)
    return first + third + second


def _repeated(content: bytes) -> bytes:
    return content + content.splitlines(keepends=True)[-1]


def _not_json(content: bytes) -> bytes:
    return content + b"hello\n"


def _not_an_object(content: bytes) -> bytes:
    return content + b"[1]\n"


def _deep(content: bytes) -> bytes:
    return content + b"[" * 100_000 + b"\n"


def _empty_line(content: bytes) -> bytes:
    return b"\n" + content


def _bytes(content: bytes) -> bytes:
    return content + b"\xff\xfe\n"


DAMAGE = (
    *(_reworded, _left_out, _swapped, _repeated),
    *(_not_json, _not_an_object, _deep, _empty_line, _bytes),
)


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_ledger_that_somebody_edited_is_not_trusted(
    damage: Callable[[bytes], bytes], ledger: Ledger
) -> None:
    ledger.path.write_bytes(damage(ledger.path.read_bytes()))
    with pytest.raises(LedgerDamaged, match=r"ledger\.jsonl:\d: this line is not what was"):
        ledger.read()
    with pytest.raises(LedgerDamaged):
        ledger.append("waiting", {})


def test_a_ledger_without_end_is_not_read(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("specwright.workflow.ledger.LIMIT", 100)
    with pytest.raises(LedgerDamaged, match="too large"):
        ledger.read()


def test_an_event_is_on_disk_before_anything_goes_on(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    monkeypatch.setattr("os.fsync", lambda _: sizes.append(ledger.path.stat().st_size))
    ledger.append("waiting", {})
    assert sizes == [ledger.path.stat().st_size]
