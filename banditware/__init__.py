"""Middleware that turns any WSGI or ASGI app into a running experiment.

app = wrap(app, "banditware.yaml")
"""

from banditware.asgi import ASGIMiddleware
from banditware.bandit import Bandit
from banditware.current import current_visit
from banditware.model import Decision
from banditware.visit import Visit
from banditware.wrap import wrap
from banditware.wsgi import WSGIMiddleware

__all__ = [
    "ASGIMiddleware",
    "Bandit",
    "Decision",
    "Visit",
    "WSGIMiddleware",
    "current_visit",
    "wrap",
]
