from __future__ import annotations

from banditware.dashboard.limiting import OF_ALL, OF_ONE, PERIOD, Limiter
from tests.support import Watch


def test_one_client() -> None:
    """A client may try so often, and again after a while; other clients may meanwhile."""
    watch = Watch()
    limiter = Limiter(watch)
    assert [limiter.tries("a") for _ in range(OF_ONE + 1)] == [True] * OF_ONE + [False]
    assert limiter.tries("b")
    watch.now += PERIOD - 1
    assert not limiter.tries("a")
    watch.now += 1
    assert limiter.tries("a")


def test_all_clients() -> None:
    """Many clients together may not try more often than that."""
    limiter = Limiter(Watch())
    tried = [limiter.tries(str(number)) for number in range(2 * OF_ALL)]
    assert tried == [True] * OF_ALL + [False] * OF_ALL


def test_what_succeeds_does_not_count() -> None:
    """A right token is taken back, and only that one."""
    limiter = Limiter(Watch())
    for _ in range(3 * OF_ONE):
        assert limiter.tries("a")
        limiter.succeeded("a")
    assert limiter.tries("a")
    assert limiter.tries("a")
    limiter.succeeded("a")
    assert [limiter.tries("a") for _ in range(OF_ONE)] == [True] * (OF_ONE - 1) + [False]
    limiter.succeeded("nobody")


def test_a_clock_that_is_set_back() -> None:
    """Where the clock goes back, counting begins anew instead of never."""
    watch = Watch()
    limiter = Limiter(watch)
    for _ in range(OF_ONE):
        limiter.tries("a")
    watch.now -= 3600
    assert limiter.tries("a")
