def test_index_health_and_errors(client: FlaskClient) -> None:
{% if uses_api %}
    assert client.get("/").json == {"name": PROJECT_NAME, "openapi": "/openapi.json"}
{% endif %}
    assert client.get("/healthz", headers={"Host": "10.0.0.1"}).json == {"status": "ok"}
    response = client.post("/healthz")
    assert (response.status_code, response.mimetype) == (405, "application/problem+json")
    assert response.get_json()["title"] == "Method Not Allowed"
    assert "GET" in response.headers["Allow"]
{% if not uses_bare_driver %}
    assert client.get("/readyz").get_json()["status"] == "ok"
{% endif %}
{% if uses_bare_driver %}


def test_ready_once_every_migration_is_applied(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
{% if uses_mongodb %}
    newer = (*db.MIGRATIONS, lambda database: database.create_collection("made_by_tests"))
    late = "1 migration(s) missing"
{% else %}
    newer, late = (*db.MIGRATIONS, "CREATE TABLE made_by_tests (id INT)"), "1 migration(s) missing"
{% endif %}
    for known, status, said in ((newer, 503, late), ((), 200, "ok"), (newer, 200, "ok")):
        monkeypatch.setattr(db, "MIGRATIONS", known)  # none: by an older version
        answer = app.test_client().get("/readyz")
        assert (answer.status_code, answer.get_json()["database"]) == (status, said)
        output = app.test_cli_runner().invoke(args=["migrate"]).output
        assert output == f"{int(status == 503)} migration(s) applied\n"
{% endif %}
{% if uses_database %}


def test_alive_but_not_ready_without_database() -> None:
{% if uses_redis %}
    app = create_app(Settings(database_url="{{ unreachable_database }}"))
    client = app.test_client()
{% else %}
    client = create_app(Settings(database_url="{{ unreachable_database }}")).test_client()
{% endif %}
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").get_json()["database"] == "does not answer"
{% if uses_redis %}
    app.extensions["redis"].close()
{% endif %}
{% endif %}
{% if uses_database and not uses_sqlite_sql %}


def test_a_database_that_does_not_answer_is_one_line() -> None:
    app = create_app(Settings(database_url="{{ unreachable_database }}"))
    done = app.test_cli_runner().invoke(args=["migrate"])
    assert done.exit_code == 1
    assert done.output.startswith("Error: DATABASE_URL cannot be reached: ")
    assert "Traceback" not in done.output
{% if uses_mongodb %}
    app.extensions["mongodb"].close()
{% endif %}
{% if uses_redis %}
    app.extensions["redis"].close()
{% endif %}
{% endif %}
{% if uses_redis %}


def test_it_goes_on_without_redis_and_says_so(without_redis: Flask) -> None:
    response = without_redis.test_client().get("/readyz")
    answer = response.get_json()
    assert (response.status_code, answer["status"]) == (200, "degraded")
    assert answer["redis"] == "does not answer"
{% endif %}
