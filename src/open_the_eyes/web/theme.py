"""Colours and shapes of Gradio's own parts; the page's are in `static/page.css`. Fonts are the reader's own."""

from __future__ import annotations

import gradio as gr

SANS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif"]


def theme() -> gr.themes.Base:
    """Quiet: paper and ink, one blue for what can be done."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.blue,
        neutral_hue=gr.themes.colors.stone,
        radius_size=gr.themes.sizes.radius_lg,
        font=SANS,
        font_mono=["ui-monospace", "monospace"],
    ).set(
        body_background_fill="#faf9f7",
        body_background_fill_dark="#15171a",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_shadow="none",
        background_fill_primary_dark="#15171a",
        background_fill_secondary_dark="#1d2024",
        border_color_primary_dark="#34383e",
        block_label_text_size="*text_md",
        slider_color="#0b5c9e",
        slider_color_dark="#6cb4ee",
        checkbox_background_color_selected="#0b5c9e",
        checkbox_background_color_selected_dark="#2f86cc",
        checkbox_border_color_selected="#0b5c9e",
        checkbox_border_color_selected_dark="#2f86cc",
    )
