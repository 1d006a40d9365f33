def engine_options(url: str) -> dict[str, Any]:
    """How SQLAlchemy reaches the database; the driver may be left out of its address."""
{% if uses_postgresql %}
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            url = "postgresql+psycopg://" + url.removeprefix(scheme)
{% endif %}
{% if uses_mysql %}
    if url.startswith("mysql://"):
        url = "mysql+pymysql://" + url.removeprefix("mysql://")
    if url.startswith("mysql"):
        # MariaDB from 11.6 on ends a transaction whose row has changed since it began, if it may
        # repeat what it read.
        return {"url": url, "pool_pre_ping": True, "isolation_level": "READ COMMITTED"}
{% endif %}
    return {"url": url, "pool_pre_ping": True}
