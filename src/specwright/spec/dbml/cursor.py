"""A place in the tokens of a DBML text, from which a statement is read."""

from specwright.diagnostic import Code, Level, Place, Report
from specwright.spec.dbml.tokens import Kind, Token, tokens_of
from specwright.spec.syntax import Word
from specwright.spec.text import Text

NAMES = (Kind.WORD, Kind.QUOTED)
_LONGEST_QUOTE = 40


class Unreadable(Exception):
    """What is wrong has been reported; whoever knows where the statement ends goes on there."""


class Cursor:
    """The token that is next, and a voice to say what is wrong with it."""

    def __init__(self, text: Text, report: Report) -> None:
        self.text = text
        self._report = report
        self._tokens = tokens_of(text, report)
        self._next = 0
        self._open_ended: Token | None = None

    # -- Looking ------------------------------------------------------------------------------

    @property
    def here(self) -> Token:
        return self.ahead(0)

    def ahead(self, count: int) -> Token:
        last = len(self._tokens.all) - 1
        return self._tokens.all[min(self._next + count, last)]

    @property
    def previous(self) -> Token:
        return self._tokens.all[max(self._next - 1, 0)]

    @property
    def at_end(self) -> bool:
        return self.here.kind is Kind.END

    @property
    def at_line_end(self) -> bool:
        return self.here.kind in (Kind.NEWLINE, Kind.END)

    @property
    def cut(self) -> bool:
        """Whether the rest of the text is lost, so that nothing is known of what stood there."""
        return self._tokens.cut

    def at(self, *symbols: str) -> bool:
        return self.here.is_symbol(*symbols)

    def at_name(self) -> bool:
        return self.here.kind in NAMES

    def at_word(self, *words: str) -> bool:
        return self.here.kind is Kind.WORD and self.here.value.casefold() in words

    def touches_previous(self) -> bool:
        return self.here.start == self.previous.end

    # -- Going on -----------------------------------------------------------------------------

    def take(self) -> Token:
        token = self.here
        self._next = min(self._next + 1, len(self._tokens.all) - 1)
        return token

    def accept(self, *symbols: str) -> Token | None:
        return self.take() if self.at(*symbols) else None

    def accept_word(self, *words: str) -> Token | None:
        return self.take() if self.at_word(*words) else None

    def skip_newlines(self) -> None:
        while self.here.kind is Kind.NEWLINE:
            self.take()

    def skip_line(self) -> None:
        while not self.at_line_end:
            self.take()

    def skip_to(self, *symbols: str) -> bool:
        """Go to the first of `symbols` on this line, or to its end where there is none."""
        while not self.at_line_end and not self.at(*symbols):
            self.take()
        return self.at(*symbols)

    # -- Making -------------------------------------------------------------------------------

    def word(self, token: Token) -> Word:
        return Word(token.value, self.place(token))

    def inside(self, token: Token) -> Text:
        """The text between the backticks of an expression; an unclosed one has but the first."""
        return self.text.part(token.start + 1, token.start + 1 + len(token.value))

    def written(self, start: Token, end: Token) -> str:
        return self.text.value[start.start : end.end]

    def place(self, token: Token) -> Place:
        return self.text.place(token.start)

    # -- Saying -------------------------------------------------------------------------------

    def say(self, place: Place, code: Code, message: str, hint: str | None = None) -> None:
        """Report a mistake, unless something unclosed has been reported that explains it."""
        explained = place.line in self._tokens.broken_lines or (self.at_end and self.cut)
        if not explained:
            self._report.add(place, code, message, hint)

    def unclosed(self, opening: Token, what: str, closing: str) -> None:
        """Report a bracket; what stands around it and does not close either is not reported."""
        if self.here is not self._open_ended:
            hint = f"Close it with `{closing}`."
            self.say(self.place(opening), Code.DBML_UNCLOSED, f"{what} is never closed.", hint)
        self._open_ended = self.here

    def later(self, place: Place, message: str, hint: str | None = None) -> None:
        self._report.add(place, Code.DBML_LATER, message, hint, level=Level.LATER)

    def refuse(
        self, message: str, hint: str | None = None, *, at: Token | None = None
    ) -> Unreadable:
        """Report a token, the next one by default; raise what comes back."""
        self.say(self.place(at or self.here), Code.DBML_SYNTAX, message, hint)
        return Unreadable(message)

    def shown(self, token: Token | None = None) -> str:
        """A token as a sentence names it."""
        token = token or self.here
        if token.kind is Kind.END:
            return "the end of the block"
        if token.kind is Kind.NEWLINE:
            return "the end of the line"
        return quoted(self.text.value[token.start : token.end])


def quoted(words: str) -> str:
    """Something as written, between backticks, on one line and not too long."""
    line = " ".join(words[: 4 * _LONGEST_QUOTE].split()).replace("`", "'")
    return f"`{line[:_LONGEST_QUOTE]}…`" if len(line) > _LONGEST_QUOTE else f"`{line}`"
