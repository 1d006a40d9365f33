"""Features as fields of a JSON reply, and in words for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from waypost.update.merge.changes import ChangeKind
from waypost.update.offers import Offer

if TYPE_CHECKING:  # what replies hold takes long to import, and only type checkers read it
    from waypost.commands.replies.fields import FeatureFields

_WIDTH = 100
_FILES_SHOWN = 5
_HEADINGS = {
    "possible": "Can be added: waypost add NAME",
    "there": "There already:",
    "refused": "Cannot be added as the project is:",
}
_CHANGES: tuple[ChangeKind, ...] = ("added", "changed", "removed")


def feature_fields(offer: Offer) -> FeatureFields:
    """Return a feature and what it would bring as a field of a JSON reply."""
    return {
        "name": offer.feature.name,
        "key": offer.feature.key,
        "value": offer.feature.value,
        "label": offer.feature.label,
        "state": offer.state,
        "because": offer.because or None,
        "replaces": offer.replaces or None,
        "files": dict(offer.files),
        "dependencies": offer.dependencies,
        "servers": offer.servers,
    }


def feature_lines(offers: Sequence[Offer]) -> Iterator[str]:
    """Yield the features by what can be done with them, each with what it would bring or why it is refused."""
    for state, heading in _HEADINGS.items():
        found = [offer for offer in offers if offer.state == state]
        if found:
            yield from ("", heading)
        for offer in found:
            feature = offer.feature
            yield f"  {feature.name}{'' if feature.value is True else f' ({feature.key})'}: {feature.label}"
            yield from (line for part in _parts(offer) for line in _wrapped(part))


def _parts(offer: Offer) -> Iterator[str]:
    if offer.because:
        yield offer.because
    if offer.replaces:
        yield f"in the place of {offer.replaces}"
    for change in _CHANGES:
        if paths := [path for path, kind in offer.files.items() if kind == change]:
            more = f" and {len(paths) - _FILES_SHOWN} more" if len(paths) > _FILES_SHOWN else ""
            yield f"files {change}: {', '.join(paths[:_FILES_SHOWN])}{more}"
    if offer.dependencies:
        yield f"installs: {'; '.join(offer.dependencies)}"
    if offer.servers:
        yield f"needs: {', '.join(offer.servers)}"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent="    ", subsequent_indent="      ", break_long_words=False, break_on_hyphens=False
    )
