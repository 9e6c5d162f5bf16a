"""The way in: who signs in or out, who may see a page, and the little that others are told."""

from __future__ import annotations

from banditware.answer import Answer
from banditware.dashboard import answers
from banditware.dashboard.assets import asset
from banditware.dashboard.desk import Desk
from banditware.dashboard.layout import Viewer
from banditware.dashboard.limiting import PERIOD
from banditware.dashboard.requests import Request
from banditware.dashboard.sessions import Session, cookie_header, plain_name
from banditware.dashboard.signing_in import message_page, signing_in_page
from banditware.dashboard.site import Asked, page_of
from banditware.errors import StoreError
from banditware.ground import Ground

#: Nothing is to be found where no token lets anybody look.
NOTHING = Answer(404, (("Content-Type", "text/plain"), *answers.HEADERS), b"Not found\n")


def answered(desk: Desk, ground: Ground, request: Request) -> Answer:
    """Return the answer to a request."""
    if not desk.sessions.on:
        return NOTHING
    if request.place.startswith("assets/"):
        return asset(request.place.partition("/")[2]) or NOTHING
    if _is_ticket(desk, request):
        return _sign_in(desk, ground, request._replace(form=request.query))
    if request.method != "POST":
        return _page(desk, ground, request)
    return _objection(request) or _POSTS.get(request.place, _page)(desk, ground, request)


def _objection(request: Request) -> Answer | None:
    """Return why a form is not even looked at, if there is a reason."""
    if request.foreign:
        return _told(request, 403, "Refused", "Another site sent this.")
    if request.form is None:
        return _told(request, 413, "Refused", "This is too much, or no form.")
    return None


def _page(desk: Desk, ground: Ground, request: Request) -> Answer:
    """Return a page for who may look, and little for others."""
    if request.token:
        if not desk.limiter.tries(request.client):
            return _too_many(request)
        session = desk.sessions.by_token(request.token)
        if session is not None:
            desk.limiter.succeeded(request.client)
    else:
        now = ground.clock()
        session = desk.sessions.by_cookie(request.cookies, now, https=request.https)
    if session is None:
        if not request.place and request.method == "GET":
            return answers.html(signing_in_page(_nobody(request)))
        return _told(request, 404, "Not found", "There is nothing here for who is not signed in.")
    try:
        return page_of(Asked(desk, ground, request, session))
    except StoreError as error:
        text = f"The store cannot be reached: {error}"
        return _told(request, 503, "Not now", text, session)


def _sign_in(desk: Desk, ground: Ground, request: Request) -> Answer:
    form = request.form or {}
    if not desk.limiter.tries(request.client):
        return _too_many(request)
    who = plain_name(form.get("who", ""))
    session = desk.sessions.by_token(form.get("token", "").strip())
    if session is None:
        page = signing_in_page(_nobody(request), problem="This is not the token.", who=who)
        return answers.html(page, 403)
    desk.limiter.succeeded(request.client)
    value = desk.sessions.sealed(session._replace(who=who), ground.clock())
    return answers.see_other("./", cookie_header(value, request.home, https=request.https))


def _is_ticket(desk: Desk, request: Request) -> bool:
    """Return True if somebody follows the URL that a terminal has shown."""
    by_get = request.method == "GET" and not request.place
    return desk.sessions.by_url and by_get and "token" in request.query


def _sign_out(desk: Desk, ground: Ground, request: Request) -> Answer:
    """End a session, if its own page asks for it."""
    session = desk.sessions.by_cookie(request.cookies, ground.clock(), https=request.https)
    if session is None or not desk.sessions.made_here(session, (request.form or {}).get("key", "")):
        return answers.see_other("./")
    return answers.see_other("./", cookie_header("", request.home, https=request.https))


def _too_many(request: Request) -> Answer:
    text = "Too many wrong tokens: wait a minute."
    answer = _told(request, 429, "Wait", text)
    return answer._replace(headers=(*answer.headers, ("Retry-After", str(int(PERIOD)))))


#: What is done by a form before anybody is signed in, or to end that.
_POSTS = {"sign-in": _sign_in, "sign-out": _sign_out}


def _told(
    request: Request, status: int, title: str, text: str, session: Session | None = None
) -> Answer:
    """Return an answer that says one thing."""
    if request.wants_json:
        return answers.data({"error": text}, status)
    viewer = _nobody(request)._replace(session=session)
    return answers.html(message_page(title, text, viewer), status)


def _nobody(request: Request) -> Viewer:
    return Viewer(None, request.root)
