def test_an_item_from_creation_to_deletion(client: FlaskClient) -> None:
    response = client.post("/items", json=TEA)
    path, created = response.headers["Location"], response.get_json()
    assert client.get(path).get_json() == created == created | TEA
    changed = client.put(path, json={"name": "Coffee"}).get_json()
    assert (changed["name"], changed["description"]) == ("Coffee", "")
    assert changed["updated_at"] > changed["created_at"] == created["created_at"]
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404


def test_pages_and_filter(client: FlaskClient) -> None:
    for number in range(5):
        client.post("/items", json={"name": str(number), "done": number % 2 == 0})
    first = client.get("/items?limit=2&status=done").get_json()
    last = client.get(f"/items?status=done&cursor={first['next_cursor']}").get_json()
    assert [item["name"] for item in first["items"] + last["items"]] == ["0", "2", "4"]
    assert last["next_cursor"] is None


def test_etag_saves_bodies_and_protects_the_changes_of_others(client: FlaskClient) -> None:
    path = client.post("/items", json=TEA).headers["Location"]
    etag = client.get(path).headers["ETag"]
    assert client.get(path, headers={"If-None-Match": etag, "If-Match": "*"}).status_code == 304
    assert client.put(path, json=TEA, headers={"If-Match": etag}).status_code == 200
    assert client.put(path, json={"name": "Lost"}, headers={"If-Match": etag}).status_code == 412
    assert client.delete(path, headers={"If-Match": etag}).status_code == 412
    assert client.get(path).get_json()["name"] == "Tea"


@pytest.mark.parametrize(
    ("body", "status", "wrong"),
    [
        ('{"id": 7}', 422, ["name", "id"]),
        (f'{{ '{{' }}"name": "{"x" * 81}"{{ '}}' }}', 422, ["name"]),
        ('{"name": "x", "description": "\\u0000", "done": 1}', 422, ["description", "done"]),
        ("[]", 422, ["body"]),
        *[(body, 400, []) for body in ("{", "[" * 90_000, '{"name": "\\ud800"}')],
        (" " * 100_001, 413, []),
    ],
)
def test_wrong_bodies(client: FlaskClient, body: str, status: int, wrong: list[str]) -> None:
    assert client.post("/items", data=body).status_code == 415  # whatever it may be
    response = client.post("/items", data=body, content_type="application/json")
    assert (response.status_code, list(response.get_json()["errors"])) == (status, wrong)
