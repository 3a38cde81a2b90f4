"""The page: which parts it has, where they stand, and what each of them tells and hears."""

from __future__ import annotations

import asyncio
import os
from typing import Any, Final

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before Gradio is imported: it looks once

import gradio as gr
from fastapi import FastAPI

from ..errors import OpenTheEyesError
from . import drawing, panels, words
from .app_facts import HEAD, STATIC
from .flow import Flow, Scene, looks_of
from .sitting import Sitting
from .theme import theme

SHOWN: Final = ("arrival", "notice", "progress", "photo", "shots", "strips", "compare", "finish", "done")
"""The parts that this page draws itself, in the order of the outputs."""


def mount_page(app: FastAPI, page: Page) -> None:
    """Adds the page to the service, at its root; Gradio's own links, history, uploads and telemetry stay away."""

    async def mount() -> None:
        gr.mount_gradio_app(
            app,
            page.blocks(),
            "/",
            theme=theme(),
            css_paths=[STATIC / "page.css"],
            head=HEAD,
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            ssr_mode=False,
            mcp_server=False,
            pwa=True,
        )

    asyncio.run(mount())  # where no event loop is running, Gradio makes several, and never closes them


class Page:
    """Draws scenes; knows nothing of jobs."""

    def __init__(self, flow: Flow, means: words.Means, retention: str, max_bytes: int, max_references: int) -> None:
        self._flow, self._means, self._retention = flow, means, retention
        self._max_bytes, self._max_references = max_bytes, max_references

    def blocks(self) -> Any:
        """The layout, with everything wired."""
        with gr.Blocks(title=words.TITLE, analytics_enabled=False) as blocks:
            sitting = gr.State(None)
            gr.HTML(panels.header(self._retention), apply_default_css=False, elem_id="ote-header")
            parts = {name: _part(name) for name in ("notice", "arrival", "progress")}
            parts["arrival"].value = panels.arrival(None, self._max_bytes, self._max_references)
            with gr.Row(visible=False, elem_id="ote-work") as work:
                with gr.Column(scale=7, min_width=320):
                    parts |= {name: _part(name) for name in ("photo", "strips", "shots")}
                with gr.Column(scale=5, min_width=320, elem_id="ote-side"):
                    parts["compare"] = _part("compare")
                    faces = gr.CheckboxGroup([], label="Faces to open", elem_id="ote-faces", visible=False)
                    with gr.Accordion("Adjust the eyes", open=False, visible=False, elem_id="ote-looks") as looks:
                        color = gr.Radio(list(words.COLORS), value="As suits the face", label="Eye colour")
                        gaze = gr.Radio(list(words.GAZES), value="As suits the face", label="Where they look")
                        openness = gr.Slider(60, 140, value=100, step=5, label="How far open, per cent of usual")
                    parts |= {name: _part(name) for name in ("finish", "done")}
            outputs = [sitting, *(parts[name] for name in SHOWN), work, faces, looks, color, gaze, openness]
            for name in SHOWN:
                parts[name].act(self._acted, [sitting], outputs, **_QUIET)
            faces.input(self._chosen, [sitting, faces], outputs, **_QUIET)
            for event in (color.input, gaze.input, openness.release):
                event(self._wished, [sitting, color, gaze, openness], outputs, **_QUIET)
        return blocks

    def _acted(self, sitting: Sitting | None, event: gr.EventData, request: gr.Request) -> list[Any]:
        told = event._data if isinstance(event._data, dict) else {}
        return self._drawn(_owner(request), self._flow.act(_owner(request), sitting, told))

    def _chosen(self, sitting: Sitting | None, chosen: list[int], request: gr.Request) -> list[Any]:
        return self._drawn(_owner(request), self._flow.choose(_owner(request), sitting, chosen))

    def _wished(
        self, sitting: Sitting | None, color: str, gaze: str, openness: float, request: gr.Request
    ) -> list[Any]:
        return self._drawn(_owner(request), self._flow.wish(_owner(request), sitting, looks_of(color, gaze, openness)))

    def _drawn(self, owner: str, scene: Scene) -> list[Any]:
        """A value for each output."""
        sitting = scene.sitting
        drawn = {
            "arrival": panels.arrival(sitting, self._max_bytes, self._max_references),
            "notice": panels.notice(scene.headline, scene.advice, retry=scene.retry),
            "progress": panels.progress(sitting),
            "photo": "" if sitting is None else drawing.photo(sitting),
            "shots": "" if sitting is None else drawing.shots(sitting),
            "strips": "" if sitting is None else drawing.strips(sitting),
            "compare": "" if sitting is None else drawing.compare(sitting),
            "finish": panels.finish(sitting, self._means),
            "done": panels.done(sitting, self._flow.final(owner, sitting)),
        }
        choosable = () if sitting is None else sitting.choosable
        faces = gr.CheckboxGroup(
            choices=[(words.seen(face), face.id) for face in choosable],
            value=[] if sitting is None else list(sitting.chosen),
            visible=bool(choosable),
        )
        ready = sitting is not None and sitting.preview is not None and bool(sitting.preview.attempts)
        fresh = sitting is None or (sitting.preview is None and sitting.waiting == sitting.job)
        looks = ["As suits the face", "As suits the face", 100] if fresh else [gr.skip()] * 3
        work = gr.Row(visible=sitting is not None)
        return [sitting, *(drawn[name] for name in SHOWN), work, faces, gr.Accordion(visible=ready), *looks]


_QUIET: Final[dict[str, Any]] = {
    "show_progress": "hidden",
    "queue": False,  # every act is short; what takes long is a job, which the browser follows by itself
    "trigger_mode": "multiple",
    "api_visibility": "private",
}


def _part(name: str) -> gr.HTML:
    """A part that this page draws, with what makes it move."""
    moves = STATIC / f"{name}.js"
    script = (STATIC / "acts.js").read_text() + (moves.read_text() if moves.exists() else "")
    return gr.HTML("", js_on_load=script, apply_default_css=False, elem_id=f"ote-{name}")


def _owner(request: gr.Request) -> str:
    """Whose request this is, as the guard found."""
    if request.request is None:
        raise OpenTheEyesError("a request without its owner")
    return str(request.request.state.owner)
