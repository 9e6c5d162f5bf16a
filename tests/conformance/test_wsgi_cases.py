"""Every WSGI case, with the middleware and with wrappers that are written without care."""

from __future__ import annotations

import pytest

from banditware import wrap
from tests.conformance.wsgi_cases import CASES, MORE
from tests.naive.failing import failing
from tests.naive.wsgi import NAIVE
from tests.wires.apps import answering, buying
from tests.wires.shop import OpenShop, counted
from tests.wires.wrapping import Case
from tests.wires.wsgi import serve

#: Which of the naive wrappers fails which case.
FAILED_BY: dict[str, str] = {
    "lazy_start_response_inside_a_generator": "buffering deferring",
    "the_first_chunk_goes_out_before_the_second_is_made": "buffering deferring",
    "a_second_start_with_exc_info_counts": "deferring",
    "the_write_callable_writes": "buffering deferring",
    "close_is_called_exactly_once": "buffering deferring generating",
    "close_is_called_when_the_client_leaves_and_on_an_error": "buffering deferring generating",
    "a_list_is_returned_as_it_is": "buffering generating",
    "a_file_wrapper_is_returned_as_it_is": "buffering generating",
    "a_header_list_that_is_used_again_stays_clean": "deferring generating",
    "several_cookies_of_the_app_are_kept": "buffering",
    "an_exception_before_the_start_is_raised_again": "buffering deferring generating",
    "an_exception_in_the_stream_is_raised_again": "buffering deferring generating",
    "both_sides_keep_to_the_specification": "buffering deferring generating",
    "responses_without_a_body_stay_without": "buffering deferring generating",
    "a_reward_is_counted_once": "buffering deferring generating",
    "interleaved_bodies_each_see_their_own_visit": "deferring generating",
    "ten_megabytes_are_never_held_at_once": "buffering deferring",
    "wrapping_twice_counts_once": "buffering deferring generating",
}

BY_NAME: dict[str, Case] = {case.__name__: case for case in (*CASES, *MORE)}


def test_there_are_fifteen_cases() -> None:
    """All fifteen cases of the design are here, and no name is taken twice."""
    assert (len(CASES), len(BY_NAME)) == (15, 15 + len(MORE))


@pytest.mark.parametrize("name", BY_NAME)
def test_our_middleware_passes(open_shop: OpenShop, name: str) -> None:
    """The case holds for an app that `wrap` wraps."""
    BY_NAME[name](lambda app: wrap(app, open_shop(), interface="wsgi"))


@pytest.mark.parametrize("name", BY_NAME)
def test_a_naive_wrapper_fails(open_shop: OpenShop, name: str) -> None:
    """The case fails for the naive wrappers of the table and for no other: it can fail."""
    assert failing(BY_NAME[name], NAIVE, open_shop) == set(FAILED_BY[name].split()) != set()


@pytest.mark.parametrize("wrapper", NAIVE)
def test_naive_wrappers_do_the_job_for_a_plain_app(open_shop: OpenShop, wrapper: str) -> None:
    """The naive wrappers choose, set a cookie and reward: they fail by their shape alone."""
    wrapped = NAIVE[wrapper](answering([b"hello"]), open_shop())
    assert serve(wrapped, buying(wrapped)).body == b"hello"
    assert counted(wrapped.bandit)[:2] == (1, 1)
