"""The web page, the only part of the package that knows Gradio."""
