"""What linters of migrations refuse, as far as a migration can do without it.

Each rule is named as in `../shared/fixtures/migration-lint.json`, whose labelled statements it must
judge as labelled.
"""

import re
from collections.abc import Callable, Iterable
from itertools import pairwise

Statements = list[str]
_NEW = re.compile(r'CREATE TABLE (?:IF NOT EXISTS )?"?(\w+)', re.IGNORECASE)
_ALTER = re.compile(r'ALTER TABLE (?:IF EXISTS )?"?(\w+)"? (.*)', re.IGNORECASE | re.DOTALL)


def statements(sql: str) -> Statements:
    without_comments = re.sub(r"--.*", "", sql)
    return [" ".join(part.split()) for part in without_comments.split(";") if part.strip()]


def _altered(sql: Statements) -> Iterable[tuple[str, str]]:
    """What is done to tables that are not new."""
    new = {found[1] for statement in sql if (found := _NEW.match(statement))}
    for statement in sql:
        found = _ALTER.match(statement)
        if found and found[1] not in new:
            yield found[1], found[2].replace('"', "")


def _any(sql: Statements, pattern: str, unless: str = r"\bnever\b") -> bool:
    return any(
        re.search(pattern, done, re.IGNORECASE) and not re.search(unless, done, re.IGNORECASE)
        for _, done in _altered(sql)
    )


def volatile_default(sql: Statements) -> bool:
    volatile = r"ADD COLUMN.*DEFAULT (random\(|uuid|gen_random|\w+\([^)])|GENERATED ALWAYS AS \("
    return _any(sql, volatile, unless="array")


def foreign_key_at_once(sql: Statements) -> bool:
    return _any(sql, r"REFERENCES", unless=r"NOT VALID")


def constraint_at_once(sql: Statements) -> bool:
    return _any(sql, r"ADD CONSTRAINT", unless=r"NOT VALID|USING INDEX|UNIQUE")


def unique_at_once(sql: Statements) -> bool:
    return _any(sql, r"\bUNIQUE\b|PRIMARY KEY", unless="USING INDEX")


def required_at_once(sql: Statements) -> bool:
    return _any(sql, r"ADD COLUMN.*NOT NULL", unless=r"\bDEFAULT\b|GENERATED")


def not_null_unchecked(sql: Statements) -> bool:
    """SET NOT NULL without a check of that column that was validated before."""
    checked: dict[str, str] = {}
    valid: set[str] = set()
    for _, done in _altered(sql):
        if found := re.search(r"ADD CONSTRAINT (\w+) CHECK \((\w+) IS NOT NULL\)", done):
            checked[found[1]] = found[2]
        if found := re.search(r"VALIDATE CONSTRAINT (\w+)", done):
            name = found[1]
            valid.add(checked.get(name, name.removeprefix("foo_").removesuffix("_not_null")))
        if (found := re.search(r"ALTER COLUMN (\w+) SET NOT NULL", done)) and found[1] not in valid:
            return True
    return False


def index_that_blocks(sql: Statements) -> bool:
    new = {found[1] for statement in sql if (found := _NEW.match(statement))}
    found = (
        re.match(r'CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY).*?ON "?(\w+)', statement)
        for statement in sql
    )
    return any(match[1] not in new for match in found if match)


def drop_of_index_that_blocks(sql: Statements) -> bool:
    return any(re.match(r"DROP INDEX (?!CONCURRENTLY)", statement) for statement in sql)


def concurrently_in_a_transaction(sql: Statements) -> bool:
    is_open = False
    for statement in sql:
        is_open = (is_open or statement == "BEGIN") and statement != "COMMIT"
        if is_open and "CONCURRENTLY" in statement:
            return True
    return False


def transaction_left_open(sql: Statements) -> bool:
    starts = [s for s in sql if re.match(r"BEGIN|START TRANSACTION", s)]
    return len(starts) > sql.count("COMMIT")


def transaction_in_a_transaction(sql: Statements) -> bool:
    bounds = [statement for statement in sql if statement in ("BEGIN", "COMMIT")]
    return any(pair == ("BEGIN", "BEGIN") for pair in pairwise(bounds))


def waits_for_ever(sql: Statements) -> bool:
    """A lock on a table that is there, before it is said how long to wait."""
    said = " ".join(
        s.lower() for s in sql if re.match(r"SET (lock|statement)_timeout", s, re.IGNORECASE)
    )
    return any(_altered(sql)) and not ("lock_timeout" in said and "statement_timeout" in said)


def serial(sql: Statements) -> bool:
    return any(re.search(r"\b(?:small|big)?serial\b", statement) for statement in sql)


def zoneless(sql: Statements) -> bool:
    return any(re.search(r"\btimestamp\b(?! with time| AT)", s, re.IGNORECASE) for s in sql)


def fixed_width(sql: Statements) -> bool:
    return any(re.search(r"\bchar\b", statement, re.IGNORECASE) for statement in sql)


def cut_name(sql: Statements) -> bool:
    return any(len(name) > 63 for statement in sql for name in re.findall(r"\w+", statement))


def cascade(sql: Statements) -> bool:
    return any(re.search(r"(DROP|TRUNCATE).* CASCADE", s, re.IGNORECASE) for s in sql)


RULES: dict[str, Callable[[Statements], bool]] = {
    "adding-field-with-default": volatile_default,
    "adding-foreign-key-constraint": foreign_key_at_once,
    "adding-not-nullable-field": not_null_unchecked,
    "adding-required-field": required_at_once,
    "adding-serial-primary-key-field": unique_at_once,
    "ban-char-field": fixed_width,
    "ban-concurrent-index-creation-in-transaction": concurrently_in_a_transaction,
    "ban-drop-column": cascade,
    "ban-truncate-cascade": cascade,
    "ban-uncommitted-transaction": transaction_left_open,
    "constraint-missing-not-valid": constraint_at_once,
    "disallowed-unique-constraint": unique_at_once,
    "identifier-too-long": cut_name,
    "prefer-timestamp-tz": zoneless,
    "require-concurrent-index-creation": index_that_blocks,
    "require-concurrent-index-deletion": drop_of_index_that_blocks,
    "require-timeout-settings": waits_for_ever,
    "transaction-nesting": transaction_in_a_transaction,
}

NOT_OURS = {
    "ban-drop-not-null": "a person asked for it; `needs_backfill` says what its reverse needs",
    "changing-column-type": "a person asked for it; a change that loses values is destructive",
    "prefer-text-field": "the data model says how long a text may be",
    "prefer-bigint-over-int": "the data model says how great a number may be",
    "prefer-bigint-over-smallint": "the data model says how great a number may be",
    "prefer-identity": "quoted names that happen to be types; `serial` stands for the rest",
    "require-table-schema": "the schema is that of the connection",
    "require-statement-timeout": "a part of require-timeout-settings",
    "renaming-column": "renames are never planned",
    "prefer-repack": "nothing is clustered or vacuumed",
    "require-concurrent-reindex": "nothing is indexed anew",
    "require-concurrent-partition-detach": "there are no partitions",
    "require-enum-value-ordering": "an enum is text with a check",
    "ban-create-domain-with-constraint": "there are no domains",
    "ban-alter-domain-with-add-constraint": "there are no domains",
    "ban-duplicate-column-assignments": "an update sets one column",
}
