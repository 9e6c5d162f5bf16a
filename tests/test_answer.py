from __future__ import annotations

import pytest

from banditware.answer import Answer, Diverted


def test_an_answer_says_its_length() -> None:
    """The headers of an answer are those that it was given and the length of its body."""
    answer = Answer(200, (("Content-Type", "text/plain"),), b"four")
    assert answer.whole_headers == [("Content-Type", "text/plain"), ("Content-Length", "4")]
    assert answer.headers == (("Content-Type", "text/plain"),)


@pytest.mark.parametrize("status", [204, 304])
def test_some_answers_have_neither_body_nor_length(status: int) -> None:
    """Where HTTP has no body there is none, whatever was given."""
    answer = Answer(status, body=b"four")
    assert (answer.whole_headers, answer.content("GET")) == ([], b"")


def test_head_gets_no_body_but_its_length() -> None:
    """HEAD is answered with the headers of GET."""
    answer = Answer(200, (), b"four")
    assert (answer.content("HEAD"), answer.content("GET")) == (b"", b"four")


@pytest.mark.parametrize(
    ("status", "line"), [(204, "204 No Content"), (302, "302 Found"), (599, "599 Unknown")]
)
def test_the_status_has_its_phrase(status: int, line: str) -> None:
    """A status has the phrase of its standard, and one without standard has some phrase."""
    assert Answer(status).status_line == line


def test_what_is_not_diverted_stays_so() -> None:
    """Nothing to divert to changes nothing; a path and an answer are both kept."""
    request = Diverted()
    request.divert(None)
    assert not request.diverted
    request.divert("/other")
    assert (request.diverted, request.rewrite, request.answer) == (True, "/other", None)
    request.divert(None)
    request.divert(Answer(204))
    assert (request.diverted, request.rewrite, request.answer) == (True, "/other", Answer(204))
