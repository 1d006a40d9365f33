"""A sum that is asked of whoever comments, since many programs cannot be bothered with one.

Which sum it is follows from the stamp of the form and the secret key: the page need not carry the
answer, and nobody can choose an easy one.
"""

import hmac
from dataclasses import dataclass


@dataclass(frozen=True)
class Sum:
    """Two numbers to add."""

    first: int
    second: int

    def __str__(self) -> str:
        """As people are asked."""
        return f"What is {self.first} plus {self.second}?"

    def is_answered_by(self, text: str) -> bool:
        """Whether this is the answer, in digits."""
        return text.isdecimal() and int(text) == self.first + self.second


def question_of(key: str, stamp: str) -> Sum:
    """The sum that belongs to a form with this stamp, the same each time."""
    digest = hmac.digest(key.encode(), b"question " + stamp.encode(), "sha256")
    return Sum(first=10 + digest[0] % 20, second=2 + digest[1] % 8)
