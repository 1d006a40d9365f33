<%
    # The message is anybody's text: it may hold what ends a docstring, or what Python would read as an escape.
    summary = " ".join(message.replace('"' * 3, "'" * 3).split()).rstrip(".")
%>${"r" if "\\" in summary else ""}"""${summary}."""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Apply the change."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Take the change back."""
    ${downgrades if downgrades else "pass"}
