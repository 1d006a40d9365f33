def test_an_item_and_its_etag(client: FlaskClient) -> None:
    response = client.get("/items/1")
    assert response.get_json() == {"id": 1, "name": "Apples", "done": False}
    again = client.get("/items/1", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304
    assert client.get("/items/99").status_code == 404


def test_pages_and_filter(client: FlaskClient) -> None:
    first = client.get("/items?limit=2&status=open").get_json()
    last = client.get(f"/items?status=open&cursor={first['next_cursor']}").get_json()
    assert [item["id"] for item in first["items"] + last["items"]] == [1, 2, 3]
    assert last["next_cursor"] is None
