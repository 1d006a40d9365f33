"""Files that people send, and those that others send."""

import io
import struct
import zlib
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

RED, BLUE = (255, 0, 0), (0, 0, 255)
ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825
TURNED_RIGHT = 6


def picture(
    kind: str = "PNG", size: tuple[int, int] = (40, 20), mode: str = "RGB", **more: Any
) -> bytes:
    """Return a picture: its left half is red, its right half blue."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    content = io.BytesIO()
    image.convert(mode).save(content, kind, **more)
    return content.getvalue()


def upload(content: bytes, name: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def from_a_camera() -> bytes:
    """Return a photo that lies on its side, with the place where it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION] = TURNED_RIGHT
    exif[MAKER] = "Camera of Ada"
    exif.get_ifd(GPS).update({1: "N", 2: (48.0, 51.0, 29.0)})
    return picture("JPEG", exif=exif, comment=b"at home", quality=95)


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """Return a small PNG that says it holds very many pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + check

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
PDF = b"%PDF-1.7\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n"
