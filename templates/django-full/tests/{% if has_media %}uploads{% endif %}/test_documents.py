import re

import pytest
from django.core.exceptions import ValidationError
from pytest_django import Settings

from apps.core.media import checked_file
from tests.uploads.files import HTML, PDF, SVG, picture, upload


def test_a_document_stays_as_it_is_under_another_name() -> None:
    checked = checked_file(upload(PDF, "../../report.html"))
    assert re.fullmatch(r"[0-9a-f]{32}\.pdf", str(checked.name))
    assert checked.read() == PDF


@pytest.mark.parametrize(
    "content",
    [HTML, SVG, HTML + PDF, b"\n" + PDF, PDF[:20], picture(), b"MZ\x00\x01", b"PK\x03\x04"],
)
def test_a_name_makes_nothing_a_pdf(content: bytes) -> None:
    with pytest.raises(ValidationError, match="these kinds: PDF"):
        checked_file(upload(content, "report.pdf"))


def test_a_text_is_a_text_whatever_it_says() -> None:
    checked = checked_file(upload("Grüße\n".encode(), "notes"), allowed=["pdf", "txt"])
    assert str(checked.name).endswith(".txt")
    for content in (b"\x00", b"Gr\xfc\xdfe", b"\x1b[2J"):
        with pytest.raises(ValidationError, match="PDF, TXT"):
            checked_file(upload(content), allowed=["pdf", "txt"])


def test_a_picture_is_cleaned_here_too() -> None:
    checked = checked_file(upload(picture("JPEG", comment=HTML)), allowed=["pdf", "jpg"])
    assert str(checked.name).endswith(".jpg")
    assert b"script" not in checked.read()
    with pytest.raises(ValidationError, match="these kinds: JPG, PDF"):
        checked_file(upload(picture("PNG")), allowed=["pdf", "jpg"])


def test_the_limit_of_bytes(settings: Settings) -> None:
    with pytest.raises(ValidationError, match="too large"):
        checked_file(upload(PDF), max_bytes=len(PDF) - 1)
    settings.MEDIA_MAX_BYTES = len(PDF) - 1
    with pytest.raises(ValidationError, match="too large"):
        checked_file(upload(PDF))
    with pytest.raises(ValidationError, match="empty"):
        checked_file(upload(b""))


def test_a_kind_that_nothing_checks_is_a_mistake_of_the_programmer() -> None:
    with pytest.raises(ValueError, match="docx"):
        checked_file(upload(PDF), allowed=["pdf", "docx"])
