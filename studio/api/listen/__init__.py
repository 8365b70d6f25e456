"""GET /listen: a small page that plays /ws/orpheus. It needs no Gradio, and any application that has the socket can
have it."""

from studio.api.listen.routes import router

__all__ = ["router"]
