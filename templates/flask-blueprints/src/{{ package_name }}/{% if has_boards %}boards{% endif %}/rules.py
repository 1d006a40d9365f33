"""The rules of boards: pure functions and numbers, which ask no database."""

from collections.abc import Sequence

LANES = ("todo", "doing", "done")
MOST_BOARDS = 50  # of one owner
MOST_CARDS = 300  # on one board, which is sent whole
GAP = 1024  # between two cards that nobody has moved: room for ten moves to the same place


def place_of(before: int | None, cards: Sequence[int]) -> int:
    """How many of these cards stand above one that goes before this card.

    It goes to the end where it goes before none, or before a card that is no longer there.
    """
    return cards.index(before) if before in cards else len(cards)


def position_at(place: int, positions: Sequence[int]) -> int | None:
    """A position for a new card at this place among others; none where no number is left there."""
    above = positions[place - 1] if place else 0
    if place == len(positions):
        return above + GAP
    middle = (above + positions[place]) // 2
    return middle if above < middle else None


def spread(number: int, *, above: int) -> list[int]:
    """New positions for so many cards, all of them above one that is in use."""
    return [above + GAP * count for count in range(1, number + 1)]
