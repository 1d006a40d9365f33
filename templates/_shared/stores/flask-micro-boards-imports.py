from .boards import (
    GAP,
    MOST_CARDS,
    Board,
    BoardFields,
    Card,
    CardChangedError,
    CardFields,
    CardPatch,
    TooManyError,
    WholeBoard,
    rearrange,
)
