"""What makes the page an app that can be installed: its manifest and icons."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse, JSONResponse

from ..service.errors import NotHere
from . import words

STATIC: Final = Path(__file__).parent / "static"
ICONS: Final = {
    "eye.svg": ("image/svg+xml", "any"),
    "eye-192.png": ("image/png", "192x192"),
    "eye-512.png": ("image/png", "512x512"),
}
PAPER, ACCENT = "#faf9f7", "#0b5c9e"

HEAD: Final = (
    f'<meta name="theme-color" content="{PAPER}" media="(prefers-color-scheme: light)">'
    '<meta name="theme-color" content="#15171a" media="(prefers-color-scheme: dark)">'
    '<link rel="icon" href="/icons/eye.svg" type="image/svg+xml">'
    '<link rel="apple-touch-icon" href="/icons/eye-192.png">'
)


def app_routes() -> APIRouter:
    """Where a browser looks for them."""
    router = APIRouter(include_in_schema=False)

    @router.get("/manifest.json")
    def manifest() -> Response:
        return JSONResponse(manifest_json(), media_type="application/manifest+json")

    @router.get("/favicon.ico")
    def favicon() -> Response:
        return FileResponse(STATIC / "eye-192.png", media_type="image/png")

    @router.get("/icons/{name}")
    def icon(name: str) -> Response:
        if name not in ICONS:
            raise NotHere("expected one of the page's icons.")
        return FileResponse(
            STATIC / name, media_type=ICONS[name][0], headers={"Cache-Control": "public, max-age=86400"}
        )

    return router


def manifest_json() -> dict[str, Any]:
    """https://www.w3.org/TR/appmanifest/"""
    icons = [
        {"src": f"/icons/{name}", "type": kind, "sizes": sizes, "purpose": "any"}
        for name, (kind, sizes) in ICONS.items()
    ]
    return {
        "id": "/",
        "name": words.TITLE,
        "short_name": words.TITLE,
        "description": words.PROMISE,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": ACCENT,
        "icons": icons,
    }
