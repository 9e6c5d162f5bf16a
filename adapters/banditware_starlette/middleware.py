"""The middleware class for `Starlette(middleware=[...])` and `app.add_middleware`."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Iterable, Mapping
from typing import Any

from banditware.asgi import ASGIApplication, ASGIMiddleware, Receive, Scope, Send
from banditware.bandit import Bandit
from banditware.current import VISIT_KEY
from banditware.log.opening import Given as GivenLog
from banditware_starlette.visits import STATE_NAME


class BanditsMiddleware(ASGIMiddleware):
    """Gives every http request of the app a visit: `request.state.bandits`.

    Pure ASGI: it holds back no message and starts no task. WebSockets pass through untouched. When
    the server says that it shuts down (lifespan), counts are flushed.

    Attributes:
        bandit: decides and counts.
    """

    def __init__(
        self,
        app: ASGIApplication,
        config: str | os.PathLike[str] | Mapping[str, Any] | Bandit,
        *,
        secret_keys: Iterable[object] = (),
        log: GivenLog | None = None,
    ) -> None:
        """Wrap an app, as `Middleware(BanditsMiddleware, config=...)` has Starlette do.

        Args:
            app: the app within.
            config: path of a YAML file, the same as a mapping, or a bandit that is made already.
            secret_keys: for a configuration that has none, oldest first; `Secret`s, too.
            log: as for `Bandit`.

        Raises:
            ConfigError: the configuration has mistakes; it lists all of them.
            StoreError: the store cannot be used.
            TypeError: there are keys or a log, but the bandit is made already.
        """
        keys = [str(key) for key in secret_keys]
        if not isinstance(config, Bandit):
            config = Bandit.from_config(config, log=log, secret_keys=keys)
        elif keys or log is not None:
            raise TypeError("secret_keys and log belong to a configuration: this is a Bandit")
        super().__init__(_with_state(app), config)


def _with_state(app: ASGIApplication) -> ASGIApplication:
    """Return the app, called with the visit in its request's state.

    What is returned is the app's own awaitable: no coroutine of ours runs. The state's dictionary
    is not replaced, because middleware further out may hold it already.
    """

    def call(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if VISIT_KEY in scope:
            scope.setdefault("state", {})[STATE_NAME] = scope[VISIT_KEY]
        return app(scope, receive, send)

    return call
