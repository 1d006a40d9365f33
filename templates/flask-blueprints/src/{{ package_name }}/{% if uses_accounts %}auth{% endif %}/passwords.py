"""Passwords: which are good enough, and how they are kept (Argon2id)."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 128

hasher = PasswordHasher()


def problem_with(password: str, email: str) -> str | None:
    """What keeps this password from being used, as a sentence; length matters, not kinds of characters."""
    if not SHORTEST <= len(password) <= LONGEST:
        return f"Use {SHORTEST} to {LONGEST} characters."
    if email and password.casefold() in {email.casefold(), email.casefold().partition("@")[0]}:
        return "Use something other than the e-mail address."
    return None


def make_hash(password: str) -> str:
    """What is kept of a password."""
    return hasher.hash(password)


def matches(password: str, kept: str | None) -> bool:
    """Whether it is the password.

    Without one to compare with, the same work is done on a decoy, so that the time it takes does
    not tell whether there is such an account.
    """
    try:
        hasher.verify(kept or _decoy(), password)
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Whether it was made with weaker parameters than today's."""
    return hasher.check_needs_rehash(kept)


@cache
def _decoy() -> str:
    return hasher.hash(secrets.token_hex())
