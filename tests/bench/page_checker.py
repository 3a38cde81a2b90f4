"""What every page has to be: whole, and asking nobody."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "img"}


class Checker(HTMLParser):
    """Every tag is closed by its own, and every address is inside the page."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.outside: list[str] = []
        self.ids: set[str] = set()
        self.targets: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.ids |= {told["id"] or ""} if "id" in told else set()
        for name in ("src", "href"):
            address = told.get(name) or ""
            self.targets |= {address[1:]} if address.startswith("#") else set()
            self.outside += [address] if address and not address.startswith(("data:", "#")) else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def checked(page: str) -> Checker:
    checker = Checker()
    checker.feed(page)
    assert checker.open == []
    return checker
