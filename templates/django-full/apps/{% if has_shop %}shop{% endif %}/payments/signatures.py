"""Signed deliveries: who knows the secret has sent these very bytes, a short time ago."""

import hashlib
import hmac

# A delivery that is older than so many seconds, or as far ahead, may have been recorded and sent again.
TOLERANCE = 5 * 60


def sign(secret: str, body: bytes, moment: int) -> str:
    """Return the signature of a body that is sent at a moment, in seconds since 1970."""
    return f"t={moment},v1={_digest(secret, body, moment)}"


def is_valid(secret: str, body: bytes, signature: str, moment: int) -> bool:
    """Tell whether a signature that arrives at a moment is of this body, and fresh."""
    parts = dict(part.partition("=")[::2] for part in signature.split(","))
    sent = parts.get("t", "")
    # Only ASCII digits, and few: `int` takes others as well, and long numbers for a long time.
    if not (sent.isascii() and sent.isdigit() and len(sent) <= 12):
        return False
    expected = _digest(secret, body, int(sent))
    is_ours = hmac.compare_digest(expected.encode(), parts.get("v1", "").encode())
    return is_ours and abs(moment - int(sent)) <= TOLERANCE


def _digest(secret: str, body: bytes, moment: int) -> str:
    return hmac.new(secret.encode(), b"%d." % moment + body, hashlib.sha256).hexdigest()
