"""The page: which parts it has, where they stand, and what each of them tells and hears."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable
from html import escape
from typing import Any, Final

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before Gradio is imported: it looks once

import gradio as gr
from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI

from ..errors import OpenTheEyesError
from . import arrival_html, choices, faces_html, panels, photo_html, words
from .app_manifest import HEAD, STATIC
from .controller import Controller
from .edit_session import EditSession
from .page_state import PageState
from .refusals import refusal
from .tab_session import TabSession
from .theme import theme

SHOWN: Final = (
    "arrival",
    "notice",
    "progress",
    "photo",
    "shots",
    "strips",
    "compare",
    "faces",
    "whose",
    "finish",
    "done",
)
"""Parts that this page draws itself, in the order of the outputs."""

REMEMBER: Final = "(...given) => [...given.slice(0, -1), JSON.parse(sessionStorage.getItem('open-the-eyes') ?? 'null')]"
"""Script that adds what the tab remembers to what Gradio's own controls send, as the last of their inputs, as the drawn
parts do."""

SCRIPTS: Final = ("requests.js", "keys.js", "groups.js", "lost.js", "larger.js")
MOVES: Final = {
    "arrival": ("left.js", "arrival.js", "example.js", "drops.js"),
    "progress": ("progress.js",),
    "compare": ("compare.js",),
    "finish": ("finish.js",),
    "done": ("done.js",),
}
"""Scripts of the parts that move, in one scope for each part, besides that of its buttons."""
STYLES: Final = ("page.css", "arrival.css", "larger.css", "screens.css")
"""In this order: what stands on small screens is said last."""
ACT_NUMBER: Final = "ote-act"
"""Header by which an act that is sent once more is recognised; `static/requests.js` sets it."""

LOST: Final = f'<meta name="open-the-eyes-lost" content="{escape(json.dumps(refusal("no-answer")))}">'
"""What is said where there is no connection to the program."""
FAILED: Final = f'<meta name="open-the-eyes-failed" content="{escape(json.dumps(refusal("bug")))}">'
"""What is said where an act was answered by a refusal, or by something that the page cannot read."""


def mount_page(app: FastAPI, page: Page) -> None:
    """Adds the page to the service, at its root; Gradio's own links, history, uploads and telemetry stay away."""

    async def mount() -> None:
        gr.mount_gradio_app(
            app,
            page.blocks(),
            "/",
            theme=theme(),
            css_paths=[STATIC / name for name in STYLES],
            head=HEAD + LOST + FAILED + "".join(f"<script>{_static(name)}</script>" for name in SCRIPTS),
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            ssr_mode=False,
            mcp_server=False,
            pwa=True,
        )

    with start_blocking_portal() as loop:  # where none is running, Gradio makes several, and never closes them
        loop.call(mount)


class Page:
    """Draws scenes; knows nothing of jobs."""

    def __init__(
        self,
        controller: Controller,
        capabilities: choices.Capabilities,
        retention: str,
        max_bytes: int,
        max_references: int,
    ) -> None:
        self._controller, self._capabilities, self._retention = controller, capabilities, retention
        self._max_bytes, self._max_references = max_bytes, max_references

    def blocks(self) -> Any:
        """The layout, with everything wired."""
        with gr.Blocks(title=words.TITLE, analytics_enabled=False) as blocks:
            session, memory = gr.State(TabSession()), gr.JSON(visible=False)
            gr.HTML(panels.header(self._retention), apply_default_css=False, elem_id="ote-header")
            parts = {name: _part(name) for name in ("notice", "arrival", "progress")}
            parts["arrival"].value = arrival_html.arrival(None, self._max_bytes, self._max_references)
            with gr.Row(visible=False, elem_id="ote-work") as work:
                parts["photo"] = _part("photo")  # in the order in which they stand where there is room for one column
                with gr.Column(min_width=0, elem_id="ote-side"):
                    parts["compare"] = _part("compare")
                    with gr.Accordion("Adjust the eyes", open=False, visible=False, elem_id="ote-looks") as style:
                        parts["whose"] = _part("whose")
                        openness = gr.Slider(60, 140, value=100, step=5, label="How wide open (100 is usual)")
                        color = gr.Radio(
                            list(choices.COLORS), value=choices.AS_SUITS, label="Eye colour", elem_classes="ote-colours"
                        )
                        gaze = gr.Radio(list(choices.GAZES), value=choices.AS_SUITS, label="Where they look")
                    parts |= {name: _part(name) for name in ("finish", "done")}
                with gr.Column(min_width=0, elem_id="ote-rest"):
                    parts |= {name: _part(name) for name in ("strips", "faces", "shots")}
            outputs = [session, *(parts[name] for name in SHOWN), work, style, color, gaze, openness]
            for name in SHOWN:
                parts[name].act(self._acted, [session], outputs, **_QUIET)
            for name, control, event in (
                ("color", color, color.input),
                ("gaze", gaze, gaze.input),
                ("openness", openness, openness.release),
            ):
                event(self._restyled(name), [session, control, memory], outputs, js=REMEMBER, **_QUIET)
        return blocks

    async def _acted(self, session: TabSession, event: gr.EventData, request: gr.Request) -> list[Any]:
        return await self._told(session, event._data if isinstance(event._data, dict) else {}, request)

    def _restyled(self, name: str) -> Callable[..., Awaitable[list[Any]]]:
        """What hears of one of Gradio's own controls; it tells of that one alone."""

        async def restyled(session: TabSession, value: Any, memory: Any, request: gr.Request) -> list[Any]:
            return await self._told(session, {"act": "restyle", name: value, "memory": memory}, request)

        return restyled

    async def _told(self, session: TabSession, event: dict[str, Any], request: gr.Request) -> list[Any]:
        owner = _owner(request)

        def step(before: EditSession | None) -> tuple[EditSession | None, list[Any]]:
            page_state = self._controller.act(owner, before, event)
            return page_state.kept, self._drawn(owner, page_state)

        return [session, *await session.act(owner, step, request.headers.get(ACT_NUMBER, ""))]

    def _drawn(self, owner: str, page_state: PageState) -> list[Any]:
        """A value for each output but the session."""
        session = page_state.session
        final = self._controller.final(owner, session)
        has_room = session is not None and len(session.names) <= self._max_references
        drawn = {
            "arrival": arrival_html.arrival(session, self._max_bytes, self._max_references, page_state.left),
            "notice": _notice(page_state),
            "progress": panels.progress(session, final),
            "photo": "" if session is None else photo_html.photo(session),
            "shots": "" if session is None else photo_html.shots(session, has_room=has_room),
            "strips": "" if session is None else photo_html.strips(session),
            "compare": "" if session is None else photo_html.compare(session),
            "faces": "" if session is None else faces_html.face_list(session),
            "whose": panels.whose(session),
            "finish": panels.finish(session, self._capabilities),
            "done": panels.done(session, final),
        }
        ready = session is not None and bool(session.eyes)
        work = gr.Row(visible=session is not None)
        return [*(drawn[name] for name in SHOWN), work, gr.Accordion(visible=ready), *_controls(page_state)]


def _controls(page_state: PageState) -> list[Any]:
    """Values for those that adjust eyes: colour, gaze and openness; they keep what a visitor has set there, unless it
    is about somebody else now."""
    session = page_state.session
    if session is None or not (page_state.replaced or page_state.turned):
        return [gr.skip()] * 3
    return list(choices.shown_style(session.style))


def _notice(page_state: PageState) -> Any:
    """A value for its part: what is said, or none at all where that of before stays."""
    if page_state.leaves_notice and not page_state.headline:
        return gr.skip()
    return panels.notice(page_state.headline, page_state.advice, page_state.retry)


_QUIET: Final[dict[str, Any]] = {
    "show_progress": "hidden",
    "queue": False,  # every act is short; what takes long is a job, which the browser follows by itself
    "trigger_mode": "multiple",
    "api_visibility": "private",
}


def _part(name: str) -> gr.HTML:
    """A part that this page draws, with what makes it move."""
    script = "".join(map(_static, ("acts.js", *MOVES.get(name, ()))))
    return gr.HTML("", js_on_load=script, apply_default_css=False, elem_id=f"ote-{name}")


def _static(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def _owner(request: gr.Request) -> str:
    """Whose request this is, as the middleware found."""
    if request.request is None:
        raise OpenTheEyesError("a request without its owner")
    return str(request.request.state.owner)
