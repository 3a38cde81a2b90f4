"""What the tests of the page's markup share."""

from __future__ import annotations

from html.parser import HTMLParser

HOSTILE = '"><img src=x onerror=alert(1)>.jpg'


class Elements(HTMLParser):
    """Tags and attributes as a browser would see them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
