{% if uses_sqlite %}
MIGRATIONS: tuple[str, ...] = (
    """CREATE TABLE IF NOT EXISTS boards (
        id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL CHECK (length(name) > 0),
        made_with TEXT NOT NULL UNIQUE, revision INTEGER NOT NULL, created_at DATETIME NOT NULL
    )""",
    """CREATE TABLE IF NOT EXISTS cards (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        board_id INTEGER NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
        lane TEXT NOT NULL CHECK (lane IN ('todo', 'doing', 'done')),
        position BIGINT NOT NULL CHECK (position > 0),
        title TEXT NOT NULL CHECK (length(title) > 0), text TEXT NOT NULL,
        made_with TEXT NOT NULL, version INTEGER NOT NULL CHECK (version > 0),
        UNIQUE (board_id, made_with), UNIQUE (board_id, lane, position)
    )""",
)
{% elif uses_postgresql %}
MIGRATIONS: tuple[LiteralString, ...] = (
    """CREATE TABLE IF NOT EXISTS boards (
        id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name VARCHAR(80) NOT NULL CHECK (length(name) > 0),
        made_with VARCHAR(36) NOT NULL UNIQUE,
        revision INTEGER NOT NULL,
        created_at TIMESTAMPTZ NOT NULL
    )""",
    """CREATE TABLE IF NOT EXISTS cards (
        id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        board_id BIGINT NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
        lane VARCHAR(10) NOT NULL CHECK (lane IN ('todo', 'doing', 'done')),
        position BIGINT NOT NULL CHECK (position > 0),
        title VARCHAR(120) NOT NULL CHECK (length(title) > 0),
        text VARCHAR(2000) NOT NULL,
        made_with VARCHAR(36) NOT NULL,
        version INTEGER NOT NULL CHECK (version > 0),
        UNIQUE (board_id, made_with),
        UNIQUE (board_id, lane, position)
    )""",
)
{% else %}
MIGRATIONS: tuple[str, ...] = (
    """CREATE TABLE IF NOT EXISTS boards (
        id BIGINT AUTO_INCREMENT PRIMARY KEY,
        name VARCHAR(80) NOT NULL CHECK (length(name) > 0),
        made_with VARCHAR(36) NOT NULL UNIQUE,
        revision INTEGER NOT NULL,
        created_at DATETIME(6) NOT NULL
    ) CHARACTER SET utf8mb4""",
    """CREATE TABLE IF NOT EXISTS cards (
        id BIGINT AUTO_INCREMENT PRIMARY KEY,
        board_id BIGINT NOT NULL,
        lane VARCHAR(10) NOT NULL CHECK (lane IN ('todo', 'doing', 'done')),
        position BIGINT NOT NULL CHECK (position > 0),
        title VARCHAR(120) NOT NULL CHECK (length(title) > 0),
        text VARCHAR(2000) NOT NULL,
        made_with VARCHAR(36) NOT NULL,
        version INTEGER NOT NULL CHECK (version > 0),
        UNIQUE (board_id, made_with),
        UNIQUE (board_id, lane, position),
        FOREIGN KEY (board_id) REFERENCES boards (id) ON DELETE CASCADE
    ) CHARACTER SET utf8mb4""",
)
{% endif %}
