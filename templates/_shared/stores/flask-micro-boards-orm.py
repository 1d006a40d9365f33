def list_boards(before: int, limit: int) -> list[Board]:
    """Return boards with ids below `before`, newest first."""
    found = select(BoardRow).where(BoardRow.id < before).order_by(BoardRow.id.desc()).limit(limit)
    with Session(engine()) as session:
        return [Board.model_validate(row) for row in session.scalars(found)]


def create_board(new: BoardFields) -> Board | None:
    """Store a board; return it, or the one that was made with its key before."""
    row = BoardRow(name=new.name, made_with=new.key, created_at=datetime.now(UTC))
    with suppress(IntegrityError), Session(engine()) as session, session.begin():
        session.add(row)
    with Session(engine()) as session:
        found = session.scalar(select(BoardRow).where(BoardRow.made_with == new.key))
        return Board.model_validate(found) if found else None


def find_board(board_id: int) -> WholeBoard | None:
    """Return a board with its cards when it exists."""
    cards = select(CardRow).where(CardRow.board_id == board_id)
    with Session(engine()) as session:
        board = session.get(BoardRow, board_id)
        if board is None:
            return None
        values = Board.model_validate(board).model_dump()
        found = session.scalars(cards.order_by(CardRow.lane, CardRow.position))
        return WholeBoard(**values, cards=[Card.model_validate(row) for row in found])


def delete_board(board_id: int) -> bool:
    """Delete a board with its cards; say whether it was there."""
    with engine().begin() as connection:
        return connection.execute(delete(BoardRow).where(BoardRow.id == board_id)).rowcount == 1


def find_card(card_id: int) -> Card | None:
    """Return a card when it exists."""
    with Session(engine()) as session:
        row = session.get(CardRow, card_id)
        return Card.model_validate(row) if row else None


def create_card(board_id: int, new: CardFields) -> Card | None:
    """Store a card at the end of its lane; return it, or the one that was made with its key before.

    Without such a board there is nothing to return.
    """
    values = new.model_dump(exclude={"key"}) | {"board_id": board_id, "made_with": new.key}
    with Session(engine()) as session, session.begin():
        if not lock(session, board_id):
            return None
        cards = session.scalars(select(CardRow).where(CardRow.board_id == board_id)).all()
        row = next((card for card in cards if card.made_with == new.key), None)
        if row is None:
            if len(cards) >= MOST_CARDS:
                raise TooManyError
            last = max((card.position for card in cards if card.lane == new.lane), default=0)
            session.add(row := CardRow(**values, position=last + GAP))
            session.flush()
        return Card.model_validate(row)


def change_card(card_id: int, patch: CardPatch) -> Card:
    """Store what changes of a card, and where it goes."""
    changes = patch.model_dump(include={"lane", "title", "text"}, exclude_none=True)
    with Session(engine()) as session, session.begin():
        before = lock_card(session, card_id, patch.version)
        card = Card.model_validate(before).model_copy(
            update=changes | {"version": before.version + 1}
        )
        changed = card.model_dump(include={"title", "text", "version"})
        session.execute(update(CardRow).where(CardRow.id == card_id).values(changed))
        if patch.moves:
            found = select(CardRow.id, CardRow.position).order_by(CardRow.position)
            same = (CardRow.board_id == before.board_id, CardRow.lane == card.lane)
            lane = {row.id: row.position for row in session.execute(found.where(*same))}
            for each, position in rearrange(lane, card_id, patch.before).items():
                moved = update(CardRow).where(CardRow.id == each)
                session.execute(moved.values(position=position, lane=card.lane))
    return card


def delete_card(card_id: int, version: int) -> None:
    """Delete a card."""
    with Session(engine()) as session, session.begin():
        session.delete(lock_card(session, card_id, version))


def lock(session: Session, board_id: int) -> bool:
    """Count a change of a board, for which others wait; say whether the board is there."""
    same = update(BoardRow).where(BoardRow.id == board_id)
    counted = session.connection().execute(same.values(revision=BoardRow.revision + 1))
    return counted.rowcount == 1


def lock_card(session: Session, card_id: int, version: int) -> CardRow:
    """Return a card that still has this version; other changes of its board wait for the end."""
    if board_id := session.scalar(select(CardRow.board_id).where(CardRow.id == card_id)):
        lock(session, board_id)
    row = session.get(CardRow, card_id)
    if row is None or row.version != version:
        raise CardChangedError(Card.model_validate(row) if row else None)
    return row
