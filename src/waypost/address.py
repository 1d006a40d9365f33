"""Addresses of template sources, and the credentials that may stand in them.

Git gets an address as it was given. What is recorded or printed is the same address without credentials: who needs
them to reach a source keeps them in git's credential helper, an SSH key or the like.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

CREDENTIALS_HINT = (
    "Keep them out of the address: git's credential helper supplies them (git help credentials), or an SSH key does."
)
"""Where credentials belong."""

_KEEPS_USER = frozenset({"ssh", "git+ssh", "ssh+git"})
# Where a question mark or a number sign can be part of a path.
_HAS_NO_QUERY = frozenset({"file", "git", *_KEEPS_USER})
# `user:password@` at the beginning of what has no scheme, or a mistyped one; git's `user@host:path` holds no secret.
_WITHOUT_SCHEME = re.compile(r"^((?:[A-Za-z][\w+.-]*:/{0,2}|//)?)[^/@]*:[^/@]*@")
_IN_TEXT = re.compile(
    r"""[A-Za-z][\w+.-]*://(?:[^\s/]*@)?[^\s'"<>`]* | (?<![\w.@-])[\w.%+~-]+:[^\s/@'"<>]+@[\w.-]+(?=[:/])""",
    re.VERBOSE,
)


def without_credentials(address: str) -> str:
    """Return the address as it may be recorded and printed.

    User and password go, but for the user of an SSH address; so does the query of an https address, in which servers
    take tokens and which no repository needs.
    """
    scheme, separator, rest = address.partition("://")
    if not separator:
        return _WITHOUT_SCHEME.sub(r"\1", address)
    scheme = scheme.lower()
    end = _end_of_authority(rest)
    user, at, host = rest[:end].rpartition("@")
    path = rest[end:]
    if scheme not in _HAS_NO_QUERY:
        path = re.split(r"[?#]", path, maxsplit=1)[0]
    kept = user.partition(":")[0] + at if scheme in _KEEPS_USER else ""
    return f"{address[: len(scheme)]}://{kept}{host}{path}"


def has_credentials(address: str) -> bool:
    """Whether the address is another one without its credentials."""
    return without_credentials(address) != address


def masked(text: str) -> str:
    """Return a text for people in which no address shows credentials, such as what git says of one."""
    return _IN_TEXT.sub(lambda found: without_credentials(found[0]), text) if "@" in text or "://" in text else text


def masked_difference(difference: str) -> str:
    """Return a unified difference of projects in which the address of no record shows credentials.

    Other lines are left alone: a difference can be applied.
    """
    return re.sub(r"(?m)^[-+ ]_src_path: .*$", lambda line: masked(line[0]), difference)


def git_settings(address: str) -> Mapping[str, str]:
    """Return variables with which a git that is given the address without credentials uses those that it had.

    So they stand neither in a list of processes nor in the settings of a clone.
    """
    clean = without_credentials(address)
    if clean == address:
        return {}
    return {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.{address}.insteadOf", "GIT_CONFIG_VALUE_0": clean}


def _end_of_authority(rest: str) -> int:
    """Return where user, password, host and port end.

    What would be a port but holds no number is a password with a slash in it that nobody escaped.
    """
    end = next((position for position, character in enumerate(rest) if character in "/?#"), len(rest))
    _, colon, port = rest[:end].rpartition(":")
    if colon and port and not port.isdecimal() and not rest.startswith("[") and "@" in rest[end:]:
        end = rest.rindex("@")
        return next((position for position in range(end, len(rest)) if rest[position] in "/?#"), len(rest))
    return end
