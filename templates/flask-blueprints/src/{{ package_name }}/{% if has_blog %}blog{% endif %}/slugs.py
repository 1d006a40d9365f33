"""Words that stand in addresses: a post's own, tags and sections."""

import re
import unicodedata

from .models import MOST_TAGS, SECTION_LENGTH, SLUG_LENGTH, TAG_LENGTH

SLUG = "[a-z0-9]+(?:-[a-z0-9]+)*"
# Room for the number that tells it from another one.
MADE_LENGTH = SLUG_LENGTH - 10


def is_slug(text: str) -> bool:
    """Whether it holds nothing but small letters, digits and single hyphens between them."""
    return re.fullmatch(SLUG, text) is not None


def slug_from(text: str, longest: int = MADE_LENGTH) -> str:
    """The slug that is closest to a text; nothing where the text has no letter of A to Z."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.findall("[a-z0-9]+", plain.replace("'", ""))
    return "-".join(words)[:longest].rstrip("-")


def tags_from(text: str) -> list[str]:
    """The tags in a text, where commas stand between them.

    Raises:
        ValueError: with what to do about a tag that cannot be one.
    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    tags = {slug_from(word, TAG_LENGTH + 1) for word in words}
    if "" in tags:
        raise ValueError("Write tags with letters of A to Z or digits.")
    if any(len(tag) > TAG_LENGTH for tag in tags):
        raise ValueError(f"Use {TAG_LENGTH} characters at most for a tag.")
    if len(tags) > MOST_TAGS:
        raise ValueError(f"Use {MOST_TAGS} tags at most.")
    return sorted(tags)


def section_from(text: str) -> str:
    """The section that a text names; nothing where it is empty.

    Raises:
        ValueError: with what to do about a text that cannot be one.
    """
    section = slug_from(text, SECTION_LENGTH + 1)
    if text.strip() and not section:
        raise ValueError("Write a section with letters of A to Z or digits.")
    if len(section) > SECTION_LENGTH:
        raise ValueError(f"Use {SECTION_LENGTH} characters at most for a section.")
    return section
