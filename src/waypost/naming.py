"""What a project is called that nobody has named: after its folder."""

from __future__ import annotations

from pathlib import Path

from waypost.questions import Catalogue

_NAME = "project_name"


def named_after(folder: Path, catalogue: Catalogue) -> Catalogue:
    """Return the catalogue for a project in ``folder``: ``my-shop`` is called My Shop where nobody says otherwise.

    It is the same where the folder's name cannot be a project's.
    """
    words = folder.name.replace("-", " ").replace("_", " ").split()
    name = " ".join(word if any(letter.isupper() for letter in word) else word.capitalize() for word in words)
    is_jinja = "{" in name
    if not name or is_jinja or _NAME not in catalogue.by_key or catalogue.resolve({_NAME: name}).problems:
        return catalogue
    return catalogue.with_default(_NAME, name)
