"""The pages: Markdown files with a few lines about them on top, read when the application starts.

```
---
title: About us
description: Who we are.
order: 1
---
The text, in Markdown.
```
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

import click
from markupsafe import Markup

from .markup import render

SLUG = re.compile("[a-z0-9]+(?:-[a-z0-9]+)*")
FIELDS = {"title", "description", "order"}
TAKEN = {"contact", "events", "members"}  # addresses of the site that no file can have
FENCE = "---"


class ContentError(click.ClickException):
    """A file is no page; commands print this and end."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of the site; its slug is the name of its file."""

    slug: str
    title: str
    description: str
    order: int
    text: str

    @cached_property
    def html(self) -> Markup:
        """The text as browsers may show it, made once."""
        return render(self.text)


def read(folder: Path) -> Mapping[str, Page]:
    """The pages in a folder by their slugs, in their order; what is in folders below is left out.

    Raises:
        ContentError: when one of the files cannot be a page.
    """
    pages = [_read_file(file) for file in folder.glob("*.md")]
    return {page.slug: page for page in sorted(pages, key=lambda page: (page.order, page.slug))}


def parse(slug: str, text: str) -> Page:
    """The page that a file holds.

    Raises:
        ValueError: with what is wrong about it.
    """
    if not SLUG.fullmatch(slug) or slug in TAKEN:
        raise ValueError("its name cannot be an address: use small letters, digits and hyphens")
    first, *lines = text.split("\n")
    if first != FENCE or FENCE not in lines:
        raise ValueError(
            f"begin it with lines such as `title: About us` between two lines of {FENCE}"
        )
    end = lines.index(FENCE)
    fields = dict(_field(line) for line in lines[:end] if line.strip())
    if not fields.get("title"):
        raise ValueError("it has no title")
    order = fields.get("order", "0")
    if not order.isdecimal():
        raise ValueError("its order is no number")
    return Page(
        slug=slug,
        title=fields["title"],
        description=fields.get("description", ""),
        order=int(order),
        text="\n".join(lines[end + 1 :]).strip(),
    )


def nearest(path: str, pages: Iterable[Page]) -> Page | None:
    """The page that somebody may have meant who asked for this path."""
    by_slug = {page.slug: page for page in pages}
    word = path.strip("/").lower().rpartition("/")[2].removesuffix(".html")
    found = get_close_matches(word, by_slug, n=1)
    return by_slug[found[0]] if found else None


def _read_file(file: Path) -> Page:
    try:
        return parse(file.stem, file.read_text(encoding="utf-8-sig"))
    except ValueError as error:  # also of what is not written in UTF-8
        raise ContentError(f"{file}: {error}") from error


def _field(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or name.strip() not in FIELDS:
        raise ValueError(f"{line!r} is none of {', '.join(sorted(FIELDS))}")
    return name.strip(), value.strip()
