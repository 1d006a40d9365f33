def _prepared(app: Flask) -> Iterator[Flask]:
    app.testing = True
    app.debug = False  # whatever FLASK_DEBUG says
{% if uses_limits %}
    limiter.reset()
{% if uses_redis %}
    limiter.limiter.storage.reset()  # or the memory that stands in while Redis does not answer
{% endif %}
{% endif %}
{% if sends_mail %}
    app.extensions["mailer"] = Outbox()
{% endif %}
    yield app
{% if uses_orm %}
    with app.app_context(), db.engine.begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())
{% endif %}
{% if uses_plain_sql and has_items %}
    with app.app_context(), db.transaction() as cursor:
        cursor.execute("DELETE FROM items")
{% endif %}
{% if uses_mongodb and has_items %}
    with app.app_context():
        db.get().items.delete_many({})
{% endif %}
{% if uses_redis %}
    redis: Redis = app.extensions["redis"]
    for key in redis.scan_iter(f"{app.config['REDIS_PREFIX']}*"):
{% if uses_celery %}
        if b"_kombu" not in key:  # the queues themselves stay
            redis.delete(key)
{% else %}
        redis.delete(key)
{% endif %}
{% endif %}
{% if closes_apps %}


def _close(app: Flask) -> None:
{% if uses_orm %}
    with app.app_context():
        db.engine.dispose()
{% endif %}
{% if uses_postgresql_sql %}
    app.extensions["database"].close()
{% endif %}
{% if uses_redis %}
    app.extensions["redis"].close()
{% endif %}
{% if uses_celery %}
    app.extensions["celery"].backend.client.connection_pool.disconnect()
{% endif %}
{% endif %}
