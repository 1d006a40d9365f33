"""Email addresses: one way to write each."""

import re
import unicodedata

LONGEST = 254

# What the HTML standard accepts in <input type=email>, with at least one dot in the domain.
ADDRESS = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
    r"(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+"
)
ENCODED = "xn--"  # what a label of a domain begins with that has other letters than a to z


def normalise(email: str) -> str:
    """The one way it is kept and compared: `Zoe@Example.com ` is `zoe@example.com`.

    A domain keeps its own letters: `zoe@xn--exmple-cua.com` is `zoe@exämple.com`.
    """
    name, at, domain = email.strip().lower().rpartition("@")
    labels = unicodedata.normalize("NFKC", domain).lower().split(".")
    return name + at + ".".join(map(_decoded, labels))


def deliverable(email: str) -> str:
    """As every mail server understands it: `zoe@exämple.com` is `zoe@xn--exmple-cua.com`."""
    name, at, domain = email.rpartition("@")
    return name + at + ".".join(map(_encoded, domain.split(".")))


def is_valid(email: str) -> bool:
    """Whether mail could be sent there."""
    email = normalise(email)
    labels = email.rpartition("@")[2].split(".")
    if not all(map(_is_label, labels)):
        return False
    address = deliverable(email)
    return len(address) <= LONGEST and ADDRESS.fullmatch(address) is not None


def _is_label(label: str) -> bool:
    """Whether it has letters, marks and numbers alone: no halves of characters, none unseen."""
    letters = label.replace("-", "")
    return label == label.strip("-") and all(
        unicodedata.category(letter)[0] in "LMN" for letter in letters
    )


def _decoded(label: str) -> str:
    if not label.startswith(ENCODED):
        return label
    try:
        decoded = label.removeprefix(ENCODED).encode("ascii").decode("punycode")
    except UnicodeError:
        return label
    return decoded if _encoded(decoded) == label else label


def _encoded(label: str) -> str:
    return label if label.isascii() else ENCODED + label.encode("punycode").decode("ascii")
