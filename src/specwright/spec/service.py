"""The service block of `plan.md`: sign-in, limits, idempotency, clients and webhooks."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from specwright.diagnostic import Code, Place, Report
from specwright.spec.markdown import Block as Part
from specwright.spec.markdown import Fence
from specwright.spec.rules import is_yaml_of
from specwright.spec.shapes import DURATION, NAME, Shapes
from specwright.spec.syntax import Auth, Limit, Service, Word
from specwright.spec.text import Text
from specwright.spec.yaml import Entry, Mapping, Node

KEYS = ("auth", "idempotency", "clients", "webhooks", "limits")
LATER = ("cache", "graphql")  # described, and not built by this version
_OF_ACCOUNTS = (
    ("password", "the column with the hash of a password", "password_hash"),
    ("register", "the operation with which users register", "registerUser"),
    ("sign_in", "the operation with which users sign in", "login"),
)
AUTH_KEYS = (
    "users", "login", "password", "register", "sign_in", "access_token", "refresh_token"
)  # fmt: skip
REFRESH_KEYS = ("ttl", "rotate", "reuse")
CLIENT_KEYS = ("contract", "url", "auth", "timeout", "retry", "breaker")
RETRY_KEYS = ("attempts", "backoff", "for")
BREAKER_KEYS = ("failures", "within", "open")
WEBHOOK_KEYS = ("verify", "secret")
OUTGOING_KEYS = ("sign", "retry")
LIMIT_KEYS = ("rate", "p95", "concurrency")

_RATE = re.compile(r"[1-9]\d{0,8}/(?:second|minute|hour|day) per (?:actor|ip)", re.ASCII)
_COUNT = re.compile(r"[1-9]\d{0,8}", re.ASCII)
_FILE = re.compile(r"[\w./-]+")
_RANGE = re.compile(r"[1-9]\d{0,8}(?:ms|s|m)(?:\.\.[1-9]\d{0,8}(?:ms|s|m))?", re.ASCII)
_STANDARD = re.compile("standard-webhooks")
_REVOKED = re.compile("revoke-family")
_TRUE = re.compile("true|True|TRUE")
_SETTING = re.compile(r"\$[A-Za-z_][A-Za-z0-9_]*")
_URL = re.compile(r"\$[A-Za-z_][A-Za-z0-9_]*|https?://\S+")
_ANY = re.compile(r"\S[^\n]*")
_STANDARD_ONLY = "`standard-webhooks`, the only scheme so far"


def read_service(parts: Iterable[Part], report: Report) -> Service:
    """What `plan.md` says about operation; several service blocks read as one."""
    blocks = _ServiceBlocks(Shapes(report))
    for part in parts:
        if isinstance(part, Fence) and is_yaml_of("service", part, report, bare=True):
            blocks.take(part.body)
    return blocks.service


@dataclass
class _ServiceBlocks:
    shapes: Shapes
    service: Service = field(default_factory=Service)
    _first: dict[str, Place] = field(default_factory=dict)

    def take(self, body: Text) -> None:
        hint = "Begin a line with a key such as `auth:` or `limits:`."
        mapping = self.shapes.document(body, "yaml service", "a mapping", hint)
        if mapping is None:
            return
        self.shapes.known_keys(mapping, (*KEYS, *LATER), "the service block")
        for entry in self.shapes.entries(mapping):
            if entry.key.text in LATER:
                message = f"`{entry.key.text}` is not built by this version."
                self.shapes.later(entry.key.place, message)
            elif entry.key.text in KEYS and self._is_new(entry):
                self._entry(entry)

    def _is_new(self, entry: Entry) -> bool:
        place = entry.key.place
        earlier = self._first.setdefault(entry.key.text, place)
        if earlier is not place:
            message = f"`{entry.key.text}` stands on line {earlier.line} already."
            self.shapes.say(place, Code.DECLARED_TWICE, message, "Write both as one.")
        return earlier is place

    def _entry(self, entry: Entry) -> None:
        value, said = entry.value, self.service
        match entry.key.text:
            case "auth":
                self.service = replace(said, auth=self._auth(value))
            case "idempotency":
                names = self.shapes.words(
                    value, "idempotency", NAME, "a list of operations", "[createOrder]"
                )
                self.service = replace(said, idempotency=names)
            case "clients":
                self.service = replace(said, clients=tuple(self._clients(value)))
            case "webhooks":
                self.service = replace(said, webhooks=tuple(self._webhooks(value)))
            case "limits":
                self.service = replace(said, limits=tuple(self._limits(value)))

    # -- who signs in

    def _auth(self, node: Node) -> Auth | None:
        mapping = self.shapes.mapping(node, "auth", "a mapping", "Write `users: User` below it.")
        if mapping is None:
            return None
        self.shapes.known_keys(mapping, AUTH_KEYS, "`auth`")
        users = self.shapes.word(
            self.shapes.required(mapping, "users", "`auth`", "User"),
            "users",
            NAME,
            "the entity that signs in",
            "User",
        )
        login = self.shapes.word(
            mapping.get("login"), "login", NAME, "the field to sign in with", "email"
        )
        access = self._duration(mapping, "access_token", "15m")
        refresh = self._refresh(mapping.get("refresh_token"))
        password, register, sign_in = (
            self.shapes.word(mapping.get(key), key, NAME, meant, example)
            for key, meant, example in _OF_ACCOUNTS
        )
        if users is None:
            return None
        return Auth(users, login, access, refresh, password, register, sign_in, place=mapping.place)

    def _refresh(self, node: Node | None) -> Word | None:
        if not isinstance(node, Mapping):
            return self.shapes.word(node, "refresh_token", DURATION, "a duration", "7d")
        self.shapes.known_keys(node, REFRESH_KEYS, "`refresh_token`")
        ttl = self.shapes.required(node, "ttl", "`refresh_token`", "7d")
        self.shapes.word(node.get("rotate"), "rotate", _TRUE, "`true`: they always rotate", "true")
        self.shapes.word(node.get("reuse"), "reuse", _REVOKED, "`revoke-family`", "revoke-family")
        return self.shapes.word(ttl, "ttl", DURATION, "a duration", "7d")

    # -- others that we talk with

    def _clients(self, node: Node) -> Iterator[Word]:
        for entry, name, mapping in self._named(node, "clients", "a client", "timeout: 3s"):
            thing = f"the client `{name}`"
            self.shapes.known_keys(mapping, CLIENT_KEYS, thing)
            self._check_contract(name, mapping)
            self.shapes.word(mapping.get("url"), "url", _URL, "an URL or a setting", "$PAY_URL")
            self.shapes.word(mapping.get("auth"), "auth", _ANY, "a scheme", "bearer $PAY_TOKEN")
            self._duration(mapping, "timeout", "3s")
            self._retry(mapping.get("retry"))
            self._breaker(mapping.get("breaker"))
            yield replace(name, place=entry.key.place)

    def _check_contract(self, name: Word, mapping: Mapping) -> None:
        home = f"contracts/clients/{name}"
        contract = self.shapes.word(
            mapping.get("contract"), "contract", _FILE, "a file", f"{home}.openapi.yaml"
        )
        if contract is not None and contract.value not in client_files(name.value):
            message = f"The contract of `{name}` must be the file that bears its name."
            hint = f"Move it to `{home}.openapi.yaml`."
            self.shapes.say(contract.place, Code.WRONG_SHAPE, message, hint)

    def _retry(self, node: Node | None) -> None:
        if mapping := self.shapes.mapping(node, "retry", "a mapping", "Write `{ attempts: 4 }`."):
            self.shapes.known_keys(mapping, RETRY_KEYS, "`retry`")
            self._count(mapping, "attempts", "4")
            self.shapes.word(
                mapping.get("backoff"), "backoff", _RANGE, "a range of durations", "200ms..5s"
            )
            self.shapes.words(
                mapping.get("for"), "for", _ANY, "a list of failures", "[timeout, 429, 5xx]"
            )

    def _breaker(self, node: Node | None) -> None:
        hint = "Write `{ failures: 5, within: 30s, open: 20s }`."
        if mapping := self.shapes.mapping(node, "breaker", "a mapping", hint):
            self.shapes.known_keys(mapping, BREAKER_KEYS, "`breaker`")
            self._count(mapping, "failures", "5")
            self._duration(mapping, "within", "30s")
            self._duration(mapping, "open", "20s")

    def _webhooks(self, node: Node) -> Iterator[Word]:
        hint = "Write `in:` or `out:` below it."
        mapping = self.shapes.mapping(node, "webhooks", "a mapping", hint)
        if mapping is None:
            return
        self.shapes.known_keys(mapping, ("in", "out"), "`webhooks`")
        self._outgoing(mapping.get("out"))
        inside = mapping.get("in")
        for _, name, webhook in self._named(inside, "in", "a webhook", "secret: $SECRET"):
            thing = f"the webhook `{name}`"
            self.shapes.known_keys(webhook, WEBHOOK_KEYS, thing)
            verify = self.shapes.required(webhook, "verify", thing, "standard-webhooks")
            secret = self.shapes.required(webhook, "secret", thing, "$WEBHOOK_SECRET")
            self.shapes.word(verify, "verify", _STANDARD, _STANDARD_ONLY, "standard-webhooks")
            self.shapes.word(secret, "secret", _SETTING, "the name of a setting", "$SECRET")
            yield name

    def _outgoing(self, node: Node | None) -> None:
        if mapping := self.shapes.mapping(node, "out", "a mapping", "Write `sign:` below it."):
            self.shapes.known_keys(mapping, OUTGOING_KEYS, "`out`")
            for key in OUTGOING_KEYS:
                value = mapping.get(key)
                self.shapes.word(value, key, _STANDARD, _STANDARD_ONLY, "standard-webhooks")

    # -- limits

    def _limits(self, node: Node) -> Iterator[Limit]:
        hint = "Write `default: 100/minute per actor` below it."
        mapping = self.shapes.mapping(node, "limits", "a mapping", hint)
        for entry in self.shapes.entries(mapping) if mapping else ():
            subject = self.shapes.name(entry, "an operation")
            if subject is None:
                continue
            value = entry.value
            if not isinstance(value, Mapping):
                yield Limit(subject, self._rate(value, subject.value))
                continue
            self.shapes.known_keys(value, LIMIT_KEYS, f"the limit of `{subject}`")
            yield Limit(
                subject,
                self._rate(value.get("rate"), "rate"),
                self._duration(value, "p95", "200ms"),
                self._count(value, "concurrency", "50"),
            )

    def _rate(self, node: Node | None, key: str) -> Word | None:
        must = "a rate per `actor` or `ip`"
        return self.shapes.word(node, key, _RATE, must, "100/minute per actor")

    # -- shapes

    def _duration(self, mapping: Mapping, key: str, example: str) -> Word | None:
        must = "a duration in `ms`, `s`, `m`, `h` or `d`"
        return self.shapes.word(mapping.get(key), key, DURATION, must, example)

    def _count(self, mapping: Mapping, key: str, example: str) -> Word | None:
        return self.shapes.word(mapping.get(key), key, _COUNT, "a number from 1", example)

    def _named(
        self, node: Node | None, key: str, thing: str, example: str
    ) -> Iterator[tuple[Entry, Word, Mapping]]:
        mapping = self.shapes.mapping(node, key, "a mapping", f"Name {thing} below it.")
        for entry in self.shapes.entries(mapping) if mapping else ():
            name = self.shapes.name(entry, thing)
            hint = f"Write `{example}` below it."
            inside = self.shapes.mapping(entry.value, entry.key.text, "a mapping", hint)
            if name is not None and inside is not None:
                yield entry, name, inside


def client_files(name: str) -> tuple[str, ...]:
    """Where the contract of a client may lie."""
    return tuple(
        f"contracts/clients/{name}{ending}"
        for ending in (".openapi.yaml", ".openapi.yml", ".openapi.json", ".yaml", ".yml", ".json")
    )
