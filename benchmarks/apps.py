"""The apps that requests are sent to, bare and wrapped: the two buttons of Flask-MAB's start."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

BODY = b"hello"


def config(folder: Path) -> dict[str, Any]:
    """Return the two experiments of Flask-MAB's getting started, on SQLite."""
    return {
        "secret_keys": ["0123456789abcdef0123456789abcdef"],
        "store": f"sqlite:///{folder}/counts.db",
        "experiments": {
            "color_btn": {
                "arms": {"green": "#00FF00", "red": "#FF0000", "blue": "#0000FF"},
                "policy": {"name": "epsilon-greedy", "epsilon": 0.2},
            },
            "txt_btn": {"arms": {"casual": "Hey", "neutral": "Add", "formal": "Good day"}},
        },
        "routes": [
            {"match": "GET /", "choose": ["color_btn", "txt_btn"]},
            {"match": "GET /btnclick", "reward": ["color_btn", "txt_btn"]},
        ],
    }


def plain_wsgi(environ: Any, start_response: Any) -> Iterable[bytes]:
    """Answer with five bytes."""
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", "5")])
    return [BODY]


async def plain_asgi(scope: Any, receive: Any, send: Any) -> None:
    """Answer with five bytes."""
    headers = [(b"content-type", b"text/html"), (b"content-length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})


def flask_app(storage: Path | None = None) -> Any:
    """Return the getting-started app of Flask-MAB, bare or (with a storage file) with it."""
    import flask  # noqa: PLC0415  # slow, and only here

    app = flask.Flask("shop")

    def root(**arms: str) -> str:
        return BODY.decode()

    if storage is None:
        views = dict.fromkeys(("/", "/btnclick", "/other"), root)
    else:
        views = flask_mab_views(app, root, storage)
    for index, (path, view) in enumerate(views.items()):
        app.add_url_rule(path, str(index), view)
    return app


def flask_mab_views(app: Any, root: Any, storage: Path) -> dict[str, Any]:
    """Set Flask-MAB up on the app and return its decorated views."""
    import flask_mab  # noqa: PLC0415  # slow, and only here
    from flask_mab.bandits import EpsilonGreedyBandit  # noqa: PLC0415  # the same

    app.config["MAB_STORAGE_ENGINE"] = "JSONBanditStorage"
    app.config["MAB_STORAGE_OPTS"] = (str(storage),)
    storage.write_text("{}")
    flask_mab.BanditMiddleware(app)
    for name, arms in (("color_btn", "abc"), ("txt_btn", "def")):
        bandit = EpsilonGreedyBandit(0.2)
        for arm in arms:
            bandit.add_arm(arm, arm)
        app.add_bandit(name, bandit)

    def named(name: str) -> Any:
        def view(**arms: str) -> str:
            return str(root(**arms))

        view.__name__ = name
        return view

    choose, reward = flask_mab.choose_arm, flask_mab.reward_endpt
    return {
        "/": choose("color_btn")(choose("txt_btn")(named("root"))),
        "/btnclick": reward("color_btn", 1.0)(reward("txt_btn", 1.0)(named("click"))),
        "/other": named("other"),
    }
