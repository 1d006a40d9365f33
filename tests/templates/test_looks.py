"""How pages look and speak: one stylesheet, one word for one thing in every template, and nothing inline."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.sources import ROOT

TEMPLATES = ROOT / "templates"
STYLE = TEMPLATES / "_shared/pages/style.css"
MOST_BYTES = 14_000
MOST_BYTES_SENT = 5_000

# The vocabulary: what people would read otherwise, and what stands there instead.
VOCABULARY = {
    r"\be-mails?\b|\bemail address(es)?\b": "email",
    r"\blog(ged|ging)? ?-?in\b|\bsign ?-?on\b|\bsignin\b": "sign in",
    r"\blog(ged|ging)? ?-?out\b|\bsignout\b|\blog ?off\b": "sign out",
    r"\bregister(ed|ing)?\b|\bregistration\b|\bsignup\b|\b(create|make) an account\b": "sign up",
    r"\bpass ?phrases?\b": "password",
    r"\bpresent password\b|\bold password\b": "current password",
    r"\bpass-keys?\b|\bsecurity keys?\b|\bmaster keys?\b|\bpasswordless\b": "passkey",
    r"\btwo-factor\b|\b2FA\b": "two-step sign-in",
    r"\bback office\b|\badministration area\b": "admin area",
    r"\bclick here\b": "the name of the page",
    r"Put into the cart|See what there is|(?-i:Goes to)|The API for programs": "a plain sentence",
    r"There is nothing in it": "what is empty",
    r">\s*(OK|Submit|Yes)\s*</button>": "what the button does",
}
# By itself, as a placeholder and the name of a field, it says what has to be typed.
FULL_NAME = re.compile(r"^[\"']?email address[\"']?$", re.IGNORECASE)
# In Flask's modules: what is shown to people, not what names things.
SHOWN = re.compile(r'(?:flash|InputRequired|ValidationError|append|EqualTo|Field)\(\s*f?"([^"]+)"')


def _files(*patterns: str) -> list[Path]:
    found = {path for template in TEMPLATES.iterdir() for pattern in patterns for path in template.rglob(pattern)}
    return sorted(path for path in found if path.is_file() and "tests" not in path.parts)


PAGES = _files("*.html", "*.html.jinja")
SPEAKING = [*PAGES, *_files("*.txt", "*.txt.jinja"), *_files("*.py", "*.py.jinja"), *_files("*.po", "*.po.jinja")]


def _said(path: Path) -> Iterator[str]:
    """What a file says to people: what is marked for translation; of Flask's pages, all but markup."""
    text = path.read_text(encoding="utf-8")
    yield from re.findall(r"""\{% trans(?:late)? ("[^"]+"|'[^']+')""", text)
    yield from re.findall(r"\{% blocktrans(?:late)?[^%]*%\}(.*?)\{% endblocktrans", text, re.DOTALL)
    if ".po" in path.suffixes:
        yield from re.findall(r'^(?:msgid|msgstr(?:\[\d\])?) (".+")$', text, re.MULTILINE)
    elif ".py" in path.suffixes or path.suffix == ".py":
        yield from re.findall(r"""\b_\(\s*("[^"]+"|'[^']+')""", text)
        yield from SHOWN.findall(text)
    elif "django-full" not in path.parts:
        yield _words(text)


def _words(page: str) -> str:
    """What a page says: without comments, expressions and the insides of tags, but for what a field is called."""
    page = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}|<style>.*?</style>", " ", page, flags=re.DOTALL)
    called = " ".join(re.findall(r'(?:placeholder|aria-label|title|alt)="([^"]*)"', page))
    return re.sub(r"<(?!/?button)[^>]*>", " ", page) + called


def _strange(sentence: str) -> list[str]:
    if FULL_NAME.match(sentence):
        return []
    return [word for pattern, word in VOCABULARY.items() if re.search(pattern, sentence, re.IGNORECASE)]


@pytest.mark.parametrize("path", SPEAKING, ids=lambda path: path.relative_to(TEMPLATES).as_posix())
def test_people_read_one_word_for_one_thing(path: Path) -> None:
    found = [f"{' '.join(said.split())[:200]}: say {word}" for said in _said(path) for word in _strange(said)]
    assert not found, "\n".join(found)


def test_strange_words_are_seen() -> None:
    for text in ("Your E-mail", "Log in", "Register", "The back office", "<button>OK</button>", "Two-factor"):
        assert len(_strange(_words(text))) == 1, text


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(TEMPLATES).as_posix())
def test_pages_have_nothing_inline_and_ask_no_other_site(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", text)
    if "mail.html" in path.name:
        return  # no site serves it, and mail programs take no other style than one in the mail
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    for script in re.findall(r"<script[^>]*>", text):
        assert "nonce=" in script or "src=" in script or 'type="application/json"' in script


def test_the_stylesheet_is_small_and_asks_for_nothing() -> None:
    style = STYLE.read_bytes()
    assert len(style) <= MOST_BYTES
    assert len(gzip.compress(style)) <= MOST_BYTES_SENT
    assert not re.findall(rb"@import|url\(|https?:", style)


@pytest.mark.parametrize("path", _files("site-custom.css*"), ids=lambda path: path.relative_to(TEMPLATES).as_posix())
def test_an_update_never_meets_the_style_of_a_team(path: Path) -> None:
    shared = TEMPLATES / "_shared/pages/site-custom.css"
    assert path == shared or path.read_text(encoding="utf-8").strip() == (
        "{% include 'templates/_shared/pages/site-custom.css' %}"
    )
    assert not re.sub(r"/\*.*?\*/", "", shared.read_text(encoding="utf-8"), flags=re.DOTALL).strip()
