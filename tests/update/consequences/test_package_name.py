"""A package gets another name, and what the user wrote goes on to import it."""

from __future__ import annotations

import pytest

from waypost.update.consequences.package_name import Renaming
from waypost.update.merge.trees import REGULAR, File

RENAMING = Renaming(before="shop", after="store")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from shop import create_app\n", "from store import create_app\n"),
        ("from shop.items import shop\n", "from store.items import shop\n"),
        ("import shop.items, os\nshop.items.x()\n", "import store.items, os\nstore.items.x()\n"),
        ("import shop as s\n", "import store as s\n"),
        ("from . import shop\n", "from . import shop\n"),
        ("from other.shop import shop\n", "from other.shop import shop\n"),
        ("import workshop, shop\n", "import workshop, store\n"),
        ("shop = 1\nprint(shop, 'the shop')\n", "shop = 1\nprint(shop, 'the shop')\n"),
        ('patch("shop.items.now")\n', 'patch("store.items.now")\n'),
        (
            "def f():\n    from shop import (\n        shop,\n    )\n",
            "def f():\n    from store import (\n        shop,\n    )\n",
        ),
        ("this is no Python shop\n", "this is no Python shop\n"),
    ],
)
def test_imports_name_the_new_package_and_nothing_else_changes(before: str, after: str) -> None:
    assert RENAMING.file("tests/test_a.py", File(REGULAR, before.encode())).content.decode() == after


def test_files_go_with_the_package_wherever_it_lies() -> None:
    paths = ["src/shop/a.py", "shop/b.py", "tests/shop/c.py", "src/shopping/d.py", "shop.py"]
    assert [RENAMING.path(path) for path in paths] == [
        "src/store/a.py", "store/b.py", "tests/shop/c.py", "src/shopping/d.py", "shop.py",
    ]  # fmt: skip


def test_what_still_holds_the_word_is_found() -> None:
    texts = {"a.md": b"the shop\n", "b.md": b"shopping\n", "c.bin": b"shop\0"}
    assert RENAMING.still_named_in(texts, texts.__getitem__) == ("a.md",)
