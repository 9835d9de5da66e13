"""Markdown written by a collectivité, as safe HTML."""

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS = {"h2", "h3", "p", "ul", "ol", "li", "strong", "em", "a", "br", "hr", "blockquote"}
_MARKDOWN = MarkdownIt("commonmark", {"html": False})


def html_of(text: str) -> SafeString:
    """Return Markdown as HTML, cleaned to a short list of tags. Titles begin at level two."""
    html = _MARKDOWN.render(text).replace("<h1>", "<h2>").replace("</h1>", "</h2>")
    return mark_safe(nh3.clean(html, tags=TAGS, attributes={"a": {"href"}}, link_rel="noopener"))  # noqa: S308 -- cleaned
