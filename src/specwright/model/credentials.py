"""Where a call says who makes it: the header with its token, as the contract's security has it."""

from collections.abc import Iterator
from dataclasses import dataclass

from specwright.spec import syntax

_BEARER = "Bearer"


@dataclass(frozen=True, slots=True)
class Credential:
    """A token in `header`, behind a word such as `Bearer`.

    Of a key in `Authorization` no contract says which word that is: `any_word` will do, or none.
    """

    header: str = "Authorization"
    word: str = _BEARER
    any_word: bool = False
    scheme: str | None = None  # by the contract's name

    @property
    def challenge(self) -> str:
        """What a refusal says of it (RFC 9110, section 11.6.1)."""
        return self.word or f'ApiKey header="{self.header}"'

    def said(self, token: str) -> str:
        """What the header holds."""
        return f"{self.word} {token}" if self.word else token


def credential_of(contract: syntax.Contract | None) -> Credential:
    """The first that can be built, a bearer token before a key in a header."""
    return min(_possible(contract), key=lambda one: one.word != _BEARER, default=Credential())


def _possible(contract: syntax.Contract | None) -> Iterator[Credential]:
    schemes = contract.security_schemes if contract is not None else {}
    for name, scheme in schemes.items():
        if _is_bearer(scheme):
            yield Credential(scheme=name)
        if scheme.type == "apiKey" and scheme.location == "header" and scheme.parameter:
            if scheme.parameter.lower() == "authorization":
                yield Credential(word="Token", any_word=True, scheme=name)
            else:
                yield Credential(scheme.parameter, "", scheme=name)


def is_opened_by(scheme: syntax.SecurityScheme, credential: Credential) -> bool:
    """Whether such a credential is what the scheme asks for: all bearer tokens are alike."""
    if credential.word == _BEARER and _is_bearer(scheme):
        return True
    return scheme.name.value == credential.scheme


def _is_bearer(scheme: syntax.SecurityScheme) -> bool:
    """A token of OAuth or OpenID Connect comes as a bearer token, too."""
    if scheme.type in ("oauth2", "openIdConnect"):
        return True
    return scheme.type == "http" and (scheme.scheme or "").lower() == "bearer"
