"""Every ASGI case, with the middleware and with wrappers that are written without care."""

from __future__ import annotations

import pytest

from banditware import wrap
from banditware.asgi import Receive, Scope, Send
from tests.conformance.asgi_cases import CASES
from tests.conformance.asgi_more_cases import MORE
from tests.conformance.asgi_steps import TEXT, buying
from tests.naive.asgi import NAIVE
from tests.naive.failing import failing
from tests.wires.asgi import body, serve, start
from tests.wires.shop import OpenShop, counted
from tests.wires.wrapping import Case

#: Which of the naive wrappers fails which case.
FAILED_BY: dict[str, str] = {
    "lifespan_passes_through": "mutating",
    "an_exception_of_lifespan_is_raised_again": "mutating",
    "a_websocket_passes_through": "mutating",
    "an_unknown_scope_passes_through": "mutating",
    "headers_may_be_missing": "buffering dispatching mutating",
    "headers_may_be_a_tuple": "dispatching mutating",
    "headers_may_be_a_generator": "buffering dispatching mutating",
    "a_message_is_never_changed": "dispatching mutating",
    "a_response_that_is_used_again_stays_clean": "dispatching mutating",
    "nothing_is_buffered": "buffering",
    "a_reward_is_recorded_at_the_end_of_the_body": "buffering mutating",
    "a_background_task_runs_behind_the_response": "buffering",
    "the_visit_is_seen_in_a_sync_endpoint": "buffering dispatching mutating",
    "what_the_app_sets_in_the_context_is_seen_outside": "dispatching",
    "an_exception_after_the_start_is_no_reward": "buffering dispatching",
    "a_path_to_send_passes": "buffering",
    "trailers_pass": "buffering dispatching",
    "early_hints_pass": "buffering dispatching",
    "a_disconnect_passes": "buffering",
    "an_error_response_is_recorded_as_one": "buffering dispatching mutating",
    "a_cookie_may_come_in_parts": "buffering dispatching mutating",
    "names_of_headers_may_have_any_spelling": "buffering dispatching mutating",
    "the_body_of_a_request_is_the_apps": "buffering dispatching",
    "events_go_out_as_they_come": "buffering dispatching",
    "a_reward_is_recorded_before_the_last_message": "mutating",
    "concurrent_requests_each_see_their_own_visit": "buffering dispatching mutating",
    "a_file_in_parts_passes": "buffering dispatching mutating",
    "wrapping_twice_counts_once": "buffering dispatching mutating",
}

BY_NAME: dict[str, Case] = {case.__name__: case for case in (*CASES, *MORE)}


def test_there_are_twenty_cases() -> None:
    """All twenty cases of the design are here, and no name is taken twice."""
    assert (len(CASES), len(BY_NAME)) == (20, 20 + len(MORE))


@pytest.mark.parametrize("name", BY_NAME)
def test_our_middleware_passes(open_shop: OpenShop, name: str) -> None:
    """The case holds for an app that `wrap` wraps."""
    BY_NAME[name](lambda app: wrap(app, open_shop(), interface="asgi"))


@pytest.mark.parametrize("name", BY_NAME)
def test_a_naive_wrapper_fails(open_shop: OpenShop, name: str) -> None:
    """The case fails for the naive wrappers of the table and for no other: it can fail."""
    assert failing(BY_NAME[name], NAIVE, open_shop) == set(FAILED_BY[name].split()) != set()


@pytest.mark.parametrize("wrapper", NAIVE)
def test_naive_wrappers_do_the_job_for_a_plain_app(open_shop: OpenShop, wrapper: str) -> None:
    """The naive wrappers choose, set a cookie and reward: they fail by their shape alone."""

    async def plain(scope: Scope, receive: Receive, send: Send) -> None:
        await send(start(200, TEXT))
        await send(body())

    wrapped = NAIVE[wrapper](plain, open_shop())
    assert serve(wrapped, buying(wrapped)).body == b"hello"
    assert counted(wrapped.bandit)[:2] == (1, 1)
