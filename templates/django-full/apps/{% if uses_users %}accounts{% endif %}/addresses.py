"""Email addresses in the one form in which they are kept and compared."""

import unicodedata


def normalised(email: str) -> str:
    """Return an address in lower case, its domain in the letters that people read: `ä`, not `xn--...`."""
    name, at, domain = unicodedata.normalize("NFC", email).lower().rpartition("@")
    return f"{name}{at}{'.'.join(readable(label) for label in domain.split('.'))}"


def readable(label: str) -> str:
    """Return a part of a domain as people read it. One for which mail would go elsewhere stays as it is."""
    try:
        return label.encode("idna").decode("idna")
    except UnicodeError:
        return label
