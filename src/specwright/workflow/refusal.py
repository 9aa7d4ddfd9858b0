"""What the workflow will not do, why not, and what would be right."""


class Refusal(Exception):
    """One sentence for a person, with a hint that helps; nothing was changed."""

    def __init__(self, sentence: str, hint: str | None = None) -> None:
        super().__init__(sentence)
        self.hint = hint

    def __str__(self) -> str:
        sentence = super().__str__()
        return f"{sentence}\n    {self.hint}" if self.hint else sentence
