"""The table of refresh tokens, which no bundle writes: who may ask for new tokens, and until when.

A token is kept as its SHA-256 alone. It is good for one new pair; whoever brings one a second time
has stolen it, or was stolen from, and loses all of its family (RFC 9700, section 4.14.2).
"""

from dataclasses import replace

from specwright.diagnostic import Place, Report
from specwright.spec import syntax
from specwright.spec.dbml import parse_dbml
from specwright.spec.syntax import Word
from specwright.spec.text import Text

TABLE = "refresh_tokens"
ENTITY = "RefreshToken"

_TABLE = """
Table refresh_tokens {{
  id uuid [pk, default: `gen_random_uuid()`]
  user_id {key_type} [not null]
  family_id uuid [not null]
  digest varchar(64) [not null, unique]
  created_at timestamptz [not null]
  expires_at timestamptz [not null]
  used_at timestamptz
  indexes {{ family_id }}
}}
"""


def with_refresh_tokens(model: syntax.DataModel, auth: syntax.Auth | None) -> syntax.DataModel:
    """The data model with the table, where users sign in by a password and tokens are refreshed."""
    if auth is None or auth.login is None or auth.refresh_token is None:
        return model
    if any(table.name.value == TABLE for table in model.tables):
        return model
    users = next((one for one in model.tables if _is_called(one, auth.users.value)), None)
    key = _only_key(users) if users is not None else None
    if users is None or key is None:
        return model
    place = auth.refresh_token.place
    text = Text(place.file, _TABLE.format(key_type=key.type.value))
    made = parse_dbml([text], Report())
    return replace(
        model,
        tables=(*model.tables, *made.tables),
        references=(*model.references, _reference(users, key, place)),
    )


def _is_called(table: syntax.Table, name: str) -> bool:
    squashed = name.lower().replace("_", "")
    return table.name.value.lower().replace("_", "") in (squashed, f"{squashed}s", f"{squashed}es")


def _only_key(table: syntax.Table) -> syntax.Column | None:
    keys = [column for column in table.columns if column.primary_key]
    return keys[0] if len(keys) == 1 else None


def _reference(users: syntax.Table, key: syntax.Column, place: Place) -> syntax.Reference:
    def word(value: str) -> Word:
        return Word(value, place)

    return syntax.Reference(
        word(TABLE),
        (word("user_id"),),
        users.name,
        (key.name,),
        on_delete=word("cascade"),
    )
