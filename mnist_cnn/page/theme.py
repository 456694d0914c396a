"""Ink on paper: warm greys and one accent, vermilion as in a Chinese seal."""

import gradio as gr
from gradio.themes import Color

# From light to dark, as Gradio names them: 50, 100 to 900, 950.
PAPER = (
    *("#fbf9f5", "#f4f0e9", "#e7e1d6", "#d3cbbd", "#a8a093", "#79736a"),
    *("#5c574f", "#423e38", "#2a2723", "#1d1b18", "#131210"),
)
VERMILION = (
    *("#fdf2ef", "#fbe2dc", "#f6c5b9", "#ef9f8d", "#f5896f", "#d2452a"),
    *("#bd3a20", "#9c301b", "#7d2817", "#642114", "#380f08"),
)


def paper_theme() -> gr.themes.Base:
    """Return the theme, light and dark; its fonts are the reader's own."""
    theme = gr.themes.Base(
        primary_hue=Color(*VERMILION, name="vermilion"),
        neutral_hue=Color(*PAPER, name="paper"),
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    )
    return theme.set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        body_text_color="*neutral_900",
        body_text_color_dark="*neutral_100",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_400",
        background_fill_primary="*neutral_50",
        background_fill_primary_dark="*neutral_950",
        background_fill_secondary="*neutral_100",
        background_fill_secondary_dark="*neutral_800",
        border_color_primary="*neutral_200",
        border_color_primary_dark="*neutral_700",
        block_background_fill="*neutral_50",
        block_background_fill_dark="*neutral_950",
        color_accent="*primary_600",
        color_accent_soft="*primary_50",
        color_accent_soft_dark="*neutral_800",
        link_text_color="*primary_600",
        link_text_color_dark="*primary_400",
    )
