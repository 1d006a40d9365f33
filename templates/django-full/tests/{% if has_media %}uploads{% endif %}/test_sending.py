from urllib.parse import urlsplit

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from pytest_django import Settings

from apps.core.media import private_storage
from tests.uploads.files import HTML, PDF, picture


def kept(name: str = "reports/1.pdf", content: bytes = PDF) -> str:
    """Keep a private file; return the address that opens it."""
    return private_storage().url(private_storage().save(name, ContentFile(content)))


def body(client: Client, address: str) -> bytes:
    response = client.get(address)
    assert response.status_code == 200
    return response.getvalue()


def test_everybody_sees_a_public_picture(client: Client) -> None:
    content = picture()
    name = default_storage.save("people/1.png", ContentFile(content))
    address = default_storage.url(name)
    assert address == "/media/people/1.png"
    response = client.get(address)
    assert response.getvalue() == content
    assert response["Content-Type"] == "image/png"
    assert response["Content-Disposition"] == "inline"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "immutable" in response["Cache-Control"]


@pytest.mark.parametrize("name", ["page.html", "picture.svg", "script.js", "PHOTO.PNG"])
def test_no_other_file_is_shown(client: Client, name: str) -> None:
    default_storage.save(name, ContentFile(HTML))
    response = client.get(f"/media/{name}")
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == "attachment"
    response.close()


def test_a_private_file_is_sent_to_keep_and_to_nobody_s_cache(client: Client) -> None:
    response = client.get(kept())
    assert response.getvalue() == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == "attachment"
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


def test_an_address_without_its_key_opens_nothing(client: Client) -> None:
    address = urlsplit(kept())
    assert client.get(address.path).status_code == 404
    assert client.get(f"/media/{address.path.removeprefix('/files/')}").status_code == 404


def test_a_key_that_was_altered_opens_nothing(client: Client) -> None:
    address = kept()
    for altered in (f"{address}x", address[:-1], address.replace(":", "%3A0", 1)):
        assert client.get(altered).status_code == 404
    assert body(client, address) == PDF


def test_the_key_of_one_file_does_not_open_another(client: Client) -> None:
    own = urlsplit(kept("of-ada/1.pdf"))
    foreign = urlsplit(kept("of-grace/1.pdf"))
    assert client.get(f"{foreign.path}?{own.query}").status_code == 404
    assert body(client, f"{foreign.path}?{foreign.query}") == PDF


def test_an_address_expires(client: Client, settings: Settings) -> None:
    address = kept()
    settings.MEDIA_LINK_SECONDS = 0
    assert client.get(address).status_code == 404
    settings.MEDIA_LINK_SECONDS = 300
    assert body(client, address) == PDF


@pytest.mark.parametrize("way", ["../", "%2e%2e/", "x/../../", "/", "..%2f", "%00", "\\..\\"])
def test_no_address_leads_out_of_the_folder(client: Client, settings: Settings, way: str) -> None:
    kept("secret.pdf")
    kept_beside = settings.MEDIA_ROOT / "secret.pdf"
    kept_beside.write_bytes(PDF)
    for name in ("secret.pdf", "private/secret.pdf"):
        assert client.get(f"/media/{way}{name}").status_code in {400, 404}


@pytest.mark.parametrize("name", ["../x.pdf", "/etc/x.pdf", "a/../../x.pdf", ".."])
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    with pytest.raises(SuspiciousFileOperation):
        private_storage().save(name, ContentFile(PDF))


def test_a_folder_is_no_file(client: Client) -> None:
    default_storage.save("people/1.png", ContentFile(picture()))
    for address in ("/media/people", "/media/people/", "/media/people/1.png/x", "/media/none.png"):
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", ["/media/1.png", "/files/1.pdf"])
def test_files_are_only_read(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405
