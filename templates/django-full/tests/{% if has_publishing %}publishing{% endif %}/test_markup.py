import pytest

from apps.publishing import markup
from apps.publishing.markup import as_html

ATTACKS = pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "[click](javascript:alert(1))",
        "[click](JaVaScRiPt:alert(1))",
        "[click](&#106;avascript:alert(1))",
        "[click](data:text/html;base64,PHNjcmlwdD4=)",
        "<javascript:alert(1)>",
        '<a href="javascript:alert(1)">click</a>',
        "<svg onload=alert(1)>",
        "![x](javascript:alert(1))",
        '[x](https://example.com/"onmouseover="alert(1))',
        "<style>body{display:none}</style>",
        '<iframe src="https://example.com"></iframe>',
        "```<script>\nalert(1)\n```",
    ],
)


def does_harm(html: str) -> bool:
    tags = html.replace("&lt;", "").split("<")[1:]
    words = ("script", "img", "svg", "style", "iframe", "onerror", "onload", 'onmouseover="')
    return any(word in tag.partition(">")[0].lower() for tag in tags for word in words)


@ATTACKS
def test_no_text_does_harm(text: str) -> None:
    assert not does_harm(as_html(text))


@ATTACKS
def test_the_one_library_holds_without_the_other(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setitem(markup.markdown.options, "html", True)
    assert not does_harm(as_html(text))


def test_harm_is_seen() -> None:
    assert does_harm('<a href="javascript:alert(1)">')
    assert does_harm("<img src=x>")


def test_markdown_makes_what_one_expects() -> None:
    html = as_html(
        "# A *heading*\n\n|a|b|\n|-|-|\n|1|2|\n\n- [x](https://example.com/)\n\n```\n1\n```"
    )
    assert "<h2>A <em>heading</em></h2>" in html
    assert '<div class="scroll" tabindex="0"><table>' in html
    assert '<li><a href="https://example.com/" rel="noopener noreferrer">x</a></li>' in html
    assert '<pre tabindex="0"><code>1' in html
