"""E-mail addresses: one way to write each."""

import re

LONGEST = 254

# What the HTML standard accepts in <input type=email>, with at least one dot in the domain.
ADDRESS = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
    r"(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+"
)


def normalise(email: str) -> str:
    """The one way it is kept and compared: `Zoe@Example.com ` is `zoe@example.com`."""
    return email.strip().lower()


def is_valid(email: str) -> bool:
    """Whether mail could be sent there."""
    return len(email) <= LONGEST and ADDRESS.fullmatch(normalise(email)) is not None
