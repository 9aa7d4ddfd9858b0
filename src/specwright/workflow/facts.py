"""What the ledger holds, read back into values; whatever has another shape is damage."""

from collections.abc import Sequence

from specwright.gates import Evidence, Finding
from specwright.workflow.ledger import Facts, Json, LedgerDamaged


def text(facts: Facts, key: str) -> str:
    value = facts.get(key)
    if not isinstance(value, str):
        raise LedgerDamaged(f"The ledger has no text under `{key}`.")
    return value


def text_or_none(facts: Facts, key: str) -> str | None:
    return None if facts.get(key) is None else text(facts, key)


def texts(facts: Facts, key: str) -> tuple[str, ...]:
    return tuple(text({key: value}, key) for value in _several(facts, key))


def table(facts: Facts, key: str) -> dict[str, str]:
    value = facts.get(key)
    if not isinstance(value, dict):
        raise LedgerDamaged(f"The ledger has no table under `{key}`.")
    return {name: text(value, name) for name in value}


def of_evidence(evidence: Evidence) -> Facts:
    return {
        "gate": evidence.gate,
        "verdict": evidence.verdict,
        "tried": evidence.tried,
        "saw": evidence.saw,
        "seconds": round(evidence.seconds, 3),
        "tests": list(evidence.tests),
        "applicable": evidence.applicable,
        "spared": list(evidence.spared),
        "said": dict(evidence.said),
    }


def evidence(facts: Facts) -> Evidence:
    seconds = facts.get("seconds")
    return Evidence(
        gate=text(facts, "gate"),
        tried=text(facts, "tried"),
        saw=text(facts, "saw"),
        seconds=seconds if isinstance(seconds, float) else 0.0,
        tests=texts(facts, "tests"),
        applicable=facts.get("applicable") is True,
        spared=texts(facts, "spared") if "spared" in facts else (),
        said=table(facts, "said") if "said" in facts else {},
    )


def of_findings(findings: Sequence[Finding]) -> Json:
    return [
        {"where": found.where, "problem": found.problem, "reproduce": found.reproduce}
        for found in findings
    ]


def findings(facts: Facts) -> tuple[Finding, ...]:
    return tuple(_finding(value) for value in _several(facts, "findings"))


def _finding(value: Json) -> Finding:
    if not isinstance(value, dict):
        raise LedgerDamaged("The ledger holds a finding that is none.")
    return Finding(text(value, "where"), text(value, "problem"), text(value, "reproduce"))


def _several(facts: Facts, key: str) -> list[Json]:
    value = facts.get(key)
    if not isinstance(value, list):
        raise LedgerDamaged(f"The ledger has no list under `{key}`.")
    return value
