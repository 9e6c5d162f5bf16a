"""Experiments at home in Starlette and FastAPI.

app = Starlette(middleware=[Middleware(BanditsMiddleware, config="banditware.yaml")])

What FastAPI adds to it, dependencies with types, is in `banditware_starlette.fastapi`: Starlette
alone does not need it.
"""

from banditware_starlette.middleware import BanditsMiddleware
from banditware_starlette.templates import bandits
from banditware_starlette.views import choose, reward
from banditware_starlette.visits import visit_of

__all__ = ["BanditsMiddleware", "bandits", "choose", "reward", "visit_of"]
