import io
import re

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image
from pytest_django import Settings

from apps.core.media import cleaned_picture
from tests.uploads.files import BLUE, HTML, PDF, RED, SVG, bomb, from_a_camera, picture, upload


def opened(file: ContentFile[bytes]) -> Image.Image:
    return Image.open(io.BytesIO(file.read()))


@pytest.mark.parametrize(
    ("kind", "suffix"), [("JPEG", "jpg"), ("MPO", "jpg"), ("PNG", "png"), ("WEBP", "webp")]
)
def test_the_content_says_what_a_picture_is(kind: str, suffix: str) -> None:
    cleaned = cleaned_picture(upload(picture(kind), "anything.gif"))
    assert re.fullmatch(rf"[0-9a-f]{{32}}\.{suffix}", str(cleaned.name))
    assert opened(cleaned).size == (40, 20)


def test_two_uploads_never_have_one_name() -> None:
    assert len({cleaned_picture(upload(picture())).name for _ in range(3)}) == 3


@pytest.mark.parametrize("mode", ["1", "L", "P", "I;16", "RGBA", "LA"])
def test_pictures_of_all_modes_are_read(mode: str) -> None:
    image = Image.new(mode, (4, 4))
    content = io.BytesIO()
    image.save(content, "PNG")
    cleaned = opened(cleaned_picture(upload(content.getvalue())))
    assert cleaned.mode == ("RGBA" if mode.endswith("A") else "RGB")


def test_a_picture_for_print_gets_the_colours_of_screens() -> None:
    assert opened(cleaned_picture(upload(picture("JPEG", mode="CMYK")))).mode == "RGB"


@pytest.mark.parametrize(
    "content", [SVG, HTML, PDF, b"GIF89a" + HTML, b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n" + HTML]
)
@pytest.mark.parametrize("name", ["photo.jpg", "photo.png", "photo.svg"])
def test_a_name_makes_nothing_a_picture(content: bytes, name: str) -> None:
    with pytest.raises(ValidationError, match="JPEG, PNG or WebP"):
        cleaned_picture(upload(content, name))


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF"])
def test_other_kinds_of_pictures_are_refused(kind: str) -> None:
    with pytest.raises(ValidationError, match="JPEG, PNG or WebP"):
        cleaned_picture(upload(picture(kind)))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_that_breaks_off_is_refused(kind: str) -> None:
    content = picture(kind, size=(400, 200))
    with pytest.raises(ValidationError, match="JPEG, PNG or WebP"):
        cleaned_picture(upload(content[: len(content) // 2]))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_stands_behind_a_picture_is_left_out(kind: str) -> None:
    cleaned = cleaned_picture(upload(picture(kind) + HTML)).read()
    assert b"script" not in cleaned


def test_what_stands_inside_a_picture_is_left_out() -> None:
    for content in (picture("JPEG", comment=HTML), picture("PNG", icc_profile=HTML)):
        assert HTML[:20] in content or b"iCCP" in content
        cleaned = cleaned_picture(upload(content)).read()
        assert b"script" not in cleaned
        assert b"iCCP" not in cleaned


def test_the_place_and_the_camera_are_left_out_and_the_picture_is_upright() -> None:
    content = from_a_camera()
    assert b"Camera of Ada" in content
    cleaned = cleaned_picture(upload(content))
    assert b"Camera" not in cleaned.read()
    cleaned.seek(0)
    image = opened(cleaned)
    assert not image.getexif()
    assert "comment" not in image.info
    assert image.size == (20, 40)
    for place, colour in ((5, RED), (35, BLUE)):
        pixel = image.getpixel((10, place))
        assert isinstance(pixel, tuple)
        assert all(abs(have - want) < 30 for have, want in zip(pixel, colour, strict=True))


def test_transparent_parts_stay_transparent() -> None:
    content = io.BytesIO()
    Image.new("RGBA", (4, 4), (255, 0, 0, 0)).save(content, "WEBP", lossless=True, exact=True)
    pixel = opened(cleaned_picture(upload(content.getvalue()))).getpixel((0, 0))
    assert isinstance(pixel, tuple)
    assert pixel[3] == 0


def test_the_limit_of_bytes(settings: Settings) -> None:
    content = picture()
    settings.MEDIA_MAX_BYTES = len(content)
    cleaned_picture(upload(content))
    with pytest.raises(ValidationError, match=rf"at most {len(content) - 1}"):
        cleaned_picture(upload(content), max_bytes=len(content) - 1)
    settings.MEDIA_MAX_BYTES -= 1
    with pytest.raises(ValidationError, match="too large"):
        cleaned_picture(upload(content))


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(ValidationError, match="empty"):
        cleaned_picture(upload(b""))


@pytest.mark.parametrize("side", [5_001, 10_000, 30_000])
def test_a_bomb_is_refused_before_it_is_unpacked(side: int) -> None:
    with pytest.raises(ValidationError, match="at most 25 million"):
        cleaned_picture(upload(bomb(side, side)))


def test_the_limit_of_pixels() -> None:
    cleaned_picture(upload(picture()), max_pixels=40 * 20)
    with pytest.raises(ValidationError, match="too many pixels"):
        cleaned_picture(upload(picture()), max_pixels=40 * 20 - 1)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_is_made_smaller_and_never_larger(kind: str) -> None:
    content = picture(kind, size=(900, 450))
    assert opened(cleaned_picture(upload(content), max_side=100)).size == (100, 50)
    assert opened(cleaned_picture(upload(picture(kind)), max_side=100)).size == (40, 20)
