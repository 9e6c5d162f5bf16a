"""A shop with one button, in FastAPI: its color and its text are two experiments."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.templating import Jinja2Templates

from banditware import Bandit, Decision, Visit
from banditware_starlette import BanditsMiddleware, bandits
from banditware_starlette.fastapi import Arm, DecisionOf, Reward, visit

HERE = Path(__file__).parent

# Made here, mistakes in the file end the server before it takes a request.
bandit = Bandit.from_config(HERE / "banditware.yaml")


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Flush and close when the server ends."""
    with bandit:
        yield


app = FastAPI(title="The everyday mug", lifespan=lifespan)
app.add_middleware(BanditsMiddleware, config=bandit)
templates = Jinja2Templates(directory=HERE / "templates", context_processors=[bandits])


@app.get("/")
async def shop(request: Request) -> Response:
    """Show the page; the template asks for the arms."""
    return templates.TemplateResponse(request, "shop.html")


@app.get("/button.json")
async def button(
    color: Annotated[str, Arm("color_btn")], text: Annotated[Decision, DecisionOf("txt_btn")]
) -> dict[str, str]:
    """Tell a page that is drawn by a script what to draw."""
    return {"color": color, "text": text.value, "arm": text.arm}


@app.post("/btnclick", dependencies=[Reward("color_btn"), Reward("txt_btn")])
async def click() -> Response:
    """Take the click: a reward for the arms that this visitor saw."""
    return RedirectResponse("/#thanks", 303)


@app.post("/order")
def order(visitor: Annotated[Visit, Depends(visit)], price: float) -> dict[str, float]:
    """Take an order, whose price is a reward under a goal of its own."""
    visitor.reward("txt_btn", price, goal="revenue")
    return {"price": price}
