"""The service block of `plan.md`."""

from pathlib import Path

import pytest

from specwright.diagnostic import Level, Report
from specwright.spec.markdown import read_markdown
from specwright.spec.service import read_service
from specwright.spec.syntax import Limit, Service
from specwright.spec.text import Text

EXAMPLES = Path(__file__).parents[2] / "examples"


def read(source: str) -> tuple[Service, list[str]]:
    report = Report()
    service = read_service(read_markdown(Text("plan.md", source), report), report)
    return service, [
        f"{found.place.line}:{found.place.column} {found.code}: {found.message}"
        + (f" | {found.hint}" if found.hint else "")
        for found in report
    ]


def slips(yaml: str) -> list[str]:
    """Of a service block whose first line is line 2."""
    return read(f"```yaml service\n{yaml}\n```\n")[1]


def canonical(name: str) -> Service:
    service, said = read((EXAMPLES / name / "plan.md").read_text("utf-8"))
    assert said == []
    return service


def told(limit: Limit) -> list[str]:
    return [str(word) for word in (limit.subject, limit.rate, limit.p95, limit.concurrency)]


def test_the_service_of_orders_is_read_whole() -> None:
    orders = canonical("orders")
    assert orders.auth is not None
    auth = (orders.auth.users, orders.auth.login, orders.auth.access_token)
    assert [str(word) for word in auth] == ["User", "email", "15m"]
    assert str(orders.auth.refresh_token) == "7d"
    assert [str(name) for name in orders.idempotency] == ["createOrder", "placeOrder"]
    assert [f"{name} {name.place}" for name in orders.clients] == ["payments plan.md:24:3"]
    assert [str(name) for name in orders.webhooks] == ["receivePaymentEvent"]
    assert [told(limit) for limit in orders.limits] == [
        ["default", "100/minute per actor", "None", "None"],
        ["login", "5/minute per ip", "None", "None"],
        ["placeOrder", "None", "200ms", "50"],
    ]


def test_the_service_of_taskboard_is_read_whole() -> None:
    taskboard = canonical("taskboard")
    assert taskboard.auth is not None
    assert str(taskboard.auth.users) == "User"
    assert taskboard.auth.refresh_token is None
    assert [told(limit) for limit in taskboard.limits] == [["claimNextTask", "None", "500ms", "64"]]


def test_a_plan_may_show_other_yaml() -> None:
    source = "```yaml\nservices:\n  db: {}\n```\n\n```yaml service\n# nothing yet\n```\n"
    assert read(source) == (Service(), [])


def test_a_limit_may_have_everything_and_a_refresh_token_only_its_life() -> None:
    service, said = read(
        "```yaml service\nauth:\n  users: User\n  refresh_token: 30d\nlimits:\n"
        "  a: { rate: 1/second per ip, p95: 1s, concurrency: 8 }\n```\n"
    )
    assert said == []
    assert service.auth is not None
    assert str(service.auth.refresh_token) == "30d"
    assert told(service.limits[0]) == ["a", "1/second per ip", "1s", "8"]


def test_two_service_blocks_read_as_one() -> None:
    service, said = read(
        "```yaml service\nidempotency: a\n```\n```yaml service\nlimits:\n  a: 1/day per ip\n"
        "idempotency: [b]\n```\n"
    )
    assert [str(name) for name in service.idempotency] == ["a"]
    assert len(service.limits) == 1
    assert said == [("7:1 declared-twice: `idempotency` stands on line 2 already. "
                    "| Write both as one.")]  # fmt: skip


def test_what_is_not_built_yet_is_no_error() -> None:
    report = Report()
    text = Text("plan.md", "```yaml service\ncache:\n  getProduct: { ttl: 60s }\n```\n")
    read_service(read_markdown(text, report), report)
    assert [(str(found.place), found.level) for found in report] == [("plan.md:2:1", Level.LATER)]
    assert not report.failed


@pytest.mark.parametrize(
    ("yaml", "expected"),
    [
        (
            "auht:\n  users: User",
            ["2:1 unknown-key: `auht` is no key of the service block. | Did you mean `auth`?"],
        ),
        (
            "auth:\n  user: User",
            ["3:3 unknown-key: `user` is no key of `auth`. | Did you mean `users`?"],
        ),
        (
            "auth:\n  login: email",
            ["3:3 missing-key: `users` is missing in `auth`. | Write `users: User`."],
        ),
        (
            "auth:\n  users: User\n  access_token: 15 minutes\n  refresh_token: 0d",
            [
                (
                    "4:17 wrong-shape: `access_token` must be a duration in `ms`, `s`, `m`, `h` or "
                    "`d`, not the text `15 minutes`. | Write `access_token: 15m`."
                ),
                (
                    "5:18 wrong-shape: `refresh_token` must be a duration, not the text `0d`. "
                    "| Write `refresh_token: 7d`."
                ),
            ],
        ),
        (
            "auth:\n  users: User\n  refresh_token: { ttl: 7d, rotate: false, reuse: allow }",
            [
                (
                    "4:37 wrong-shape: `rotate` must be `true`: they always rotate, not `false`. "
                    "| Write `rotate: true`."
                ),
                (
                    "4:51 wrong-shape: `reuse` must be `revoke-family`, not the text `allow`. "
                    "| Write `reuse: revoke-family`."
                ),
            ],
        ),
        (
            "limits:\n  default: 100 per minute\n  a: { p59: 1s }\n  b: { concurrency: 0 }",
            [
                (
                    "3:12 wrong-shape: `default` must be a rate per `actor` or `ip`, not the text "
                    "`100 per minute`. | Write `default: 100/minute per actor`."
                ),
                (
                    "4:8 unknown-key: `p59` is no key of the limit of `a`. | The limit of `a` may "
                    "have `rate`, `p95` and `concurrency`."
                ),
                (
                    "5:21 wrong-shape: `concurrency` must be a number from 1, not the number `0`. "
                    "| Write `concurrency: 50`."
                ),
            ],
        ),
        (
            (
                "clients:\n  pay:\n    timeuot: 3s\n    retry: { attempts: many, bakoff: 1s }\n"
                "    breaker: 5\n    url: localhost"
            ),
            [
                (
                    "4:5 unknown-key: `timeuot` is no key of the client `pay`. "
                    "| Did you mean `timeout`?"
                ),
                (
                    "5:24 wrong-shape: `attempts` must be a number from 1, not the text `many`. "
                    "| Write `attempts: 4`."
                ),
                "5:30 unknown-key: `bakoff` is no key of `retry`. | Did you mean `backoff`?",
                (
                    "6:14 wrong-shape: `breaker` must be a mapping, not the number `5`. "
                    "| Write `{ failures: 5, within: 30s, open: 20s }`."
                ),
                (
                    "7:10 wrong-shape: `url` must be an URL or a setting, not the text "
                    "`localhost`. "
                    "| Write `url: $PAY_URL`."
                ),
            ],
        ),
        (
            "clients:\n  pay:\n    contract: pay.yaml",
            [
                (
                    "4:15 wrong-shape: The contract of `pay` must be the file that bears its name. "
                    "| Move it to `contracts/clients/pay.openapi.yaml`."
                )
            ],
        ),
        (
            (
                "webhooks:\n  in:\n    paid: { verify: hmac, secret: s3cret }\n    sent: {}\n"
                "  out: { sign: none }"
            ),
            [
                (
                    "4:21 wrong-shape: `verify` must be `standard-webhooks`, the only "
                    "scheme so far, "
                    "not the text `hmac`. | Write `verify: standard-webhooks`."
                ),
                (
                    "4:35 wrong-shape: `secret` must be the name of a setting, not the "
                    "text `s3cret`. "
                    "| Write `secret: $SECRET`."
                ),
                (
                    "5:11 missing-key: `secret` is missing in the webhook `sent`. "
                    "| Write `secret: $WEBHOOK_SECRET`."
                ),
                (
                    "5:11 missing-key: `verify` is missing in the webhook `sent`. "
                    "| Write `verify: standard-webhooks`."
                ),
                (
                    "6:16 wrong-shape: `sign` must be `standard-webhooks`, the only scheme so far, "
                    "not the text `none`. | Write `sign: standard-webhooks`."
                ),
            ],
        ),
        (
            "idempotency: {a: b}\nclients: [a]\nlimits:",
            [
                (
                    "2:14 wrong-shape: `idempotency` must be a list of operations, not a mapping. "
                    "| Write `idempotency: [createOrder]`."
                ),
                (
                    "3:10 wrong-shape: `clients` must be a mapping, not a list. "
                    "| Name a client below it."
                ),
                (
                    "4:8 wrong-shape: `limits` is empty: it must be a mapping. "
                    "| Write `default: 100/minute per actor` below it."
                ),
            ],
        ),
    ],
)
def test_each_slip_is_told_once(yaml: str, expected: list[str]) -> None:
    assert slips(yaml) == expected
