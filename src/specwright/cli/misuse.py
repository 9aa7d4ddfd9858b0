"""What was typed cannot be meant."""

from specwright.workflow import Refusal


class Misuse(Refusal):
    """Said with the exit code of wrong usage."""
