"""From what authors write to what browsers may show."""

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

# HTML in the text is shown as it is written. Whatever else gets past the one library, the other
# one takes away: all but the tags below, and addresses such as `javascript:`.
markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
TAGS = {
    *("a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p"),
    *("pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul"),
}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}
# What may be wider than the screen scrolls on its own, by keyboard too.
WIDE = {
    "<pre>": '<pre tabindex="0">',
    "<table>": '<div class="scroll" tabindex="0"><table>',
    "</table>": "</table></div>",
}


def as_html(text: str) -> SafeString:
    """Return Markdown as HTML that does no harm; its headings stand below that of the page."""
    tokens = markdown.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
    html = markdown.renderer.render(tokens, markdown.options, {})
    cleaned = clean(html)
    for tag, focusable in WIDE.items():
        cleaned = cleaned.replace(tag, focusable)
    return mark_safe(cleaned)  # noqa: S308  # it has just been cleaned


def clean(html: str) -> str:
    """Return HTML with nothing but what texts may hold."""
    return nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES)
