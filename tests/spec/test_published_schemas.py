"""The JSON Schemas in docs/schemas accept what the reader of bundles accepts."""

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from specwright.diagnostic import Report
from specwright.spec import blocks, rules, service
from specwright.spec.markdown import Fence, read_markdown
from specwright.spec.text import Text
from specwright.spec.yaml import plain, read_yaml

ROOT = Path(__file__).parents[2]
FOLDERS = ("examples", "tests/diagnostics/_base", "src/specwright/cli/templates/new")
HOMES = {"rules": "rules.md", "service": "plan.md"}


def schema(word: str) -> dict[str, Any]:
    return json.loads((ROOT / "docs" / "schemas" / f"{word}.schema.json").read_text("utf-8"))


SCHEMAS = {word: schema(word) for word in HOMES}


def written(word: str) -> Iterator[Any]:
    """Each such block of the bundles of this project."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob(HOMES[word])):
            for part in read_markdown(Text(path.name, path.read_text("utf-8")), Report()):
                if isinstance(part, Fence) and part.info.value == f"yaml {word}":
                    yield pytest.param(word, part.body, id=f"{path.parent.name}-{word}")


def complaints(word: str, text: str) -> list[str]:
    node = read_yaml(Text("a.md", text), Report())
    assert node is not None
    found = Draft202012Validator(SCHEMAS[word]).iter_errors(plain(node))
    return [f"{error.json_path}: {error.message}" for error in found]


@pytest.mark.parametrize("word", HOMES)
def test_a_schema_is_one(word: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[word])


@pytest.mark.parametrize(("word", "body"), [*written("rules"), *written("service")])
def test_the_blocks_of_good_bundles_are_accepted(word: str, body: Text) -> None:
    assert complaints(word, body.value) == []


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("rules", "createOrder: { sets: { order.note: request.note } }"),
        ("rules", "createOrder: { set: order.note }"),
        ("rules", "createOrder: { require: [{ rule: order.paid }] }"),
        ("rules", "createOrder: { require: [{ rule: order.paid, error: 500 our-fault }] }"),
        ("rules", "createOrder: { find: order in Order, pick: order in Order }"),
        ("rules", "createOrder: { each: [{ in: order.lines }] }"),
        ("rules", "createOrder: { switch: [{ do: payOrder }] }"),
        ("rules", "createOrder: { after: { call: createCharge } }"),
        ("rules", "jobs: { expire: { do: payOrder } }"),
        ("rules", "jobs: { expire: { every: soon } }"),
        ("rules", "derived: { total: order.total_cents }"),
        ("service", "auths: { users: User }"),
        ("service", "auth: { access_token: 15m }"),
        ("service", "auth: { users: User, access_token: a while }"),
        ("service", "clients: { ../payments: {} }"),
        ("service", "limits: { createOrder: 10 }"),
        ("service", "webhooks: { in: { paid: { secret: s3cret, verify: standard-webhooks } } }"),
    ],
)
def test_slips_are_refused(word: str, text: str) -> None:
    assert complaints(word, text) != []


def keys_of(word: str, *names: str) -> set[str]:
    definitions = SCHEMAS[word]["$defs"]
    return {key for name in names for key in definitions[name]["properties"]}


@pytest.mark.parametrize(
    ("listed", "read"),
    [
        (set(SCHEMAS["rules"]["properties"]), rules.SECTIONS),
        (keys_of("rules", "block"), blocks.OPERATION_KEYS),
        (keys_of("rules", "round"), blocks.ROUND_KEYS),
        (keys_of("rules", "block", "job"), blocks.JOB_KEYS),
        (keys_of("rules", "block", "case"), blocks.CASE_KEYS),
        (keys_of("rules", "call"), blocks.CALL_KEYS),
        (keys_of("rules", "block", "round", "job", "case", "call", "requirement"), blocks.KEYS),
        (set(SCHEMAS["service"]["properties"]), (*service.KEYS, *service.LATER)),
        (keys_of("service", "auth"), service.AUTH_KEYS),
        (keys_of("service", "refresh_token"), service.REFRESH_KEYS),
        (keys_of("service", "client"), service.CLIENT_KEYS),
        (keys_of("service", "retry"), service.RETRY_KEYS),
        (keys_of("service", "breaker"), service.BREAKER_KEYS),
        (keys_of("service", "incoming"), service.WEBHOOK_KEYS),
        (keys_of("service", "outgoing"), service.OUTGOING_KEYS),
        (keys_of("service", "limit"), service.LIMIT_KEYS),
    ],
)
def test_a_schema_lists_the_keys_that_are_read(listed: set[str], read: Collection[str]) -> None:
    assert listed == set(read)
