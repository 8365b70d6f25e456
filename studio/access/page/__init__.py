"""Between the world and Gradio: its routes, files, scripts and refusals."""
