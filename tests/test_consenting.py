"""From a configuration to what finds consent."""

from __future__ import annotations

from typing import Any

import pytest

from banditware.errors import ConfigError
from banditware.facts import Facts
from tests.support import Asked, configured, stand

pytestmark = pytest.mark.usefixtures("calm")


def everybody(facts: Facts) -> Any:
    """Consent for everybody but those in the attic."""
    return facts.path != "/attic"


def test_a_function_is_asked_with_the_facts() -> None:
    """The function that `call` names gets what is known of the request."""
    here = stand(consent={"call": f"{__name__}:everybody"})
    consent = here.bandit._ground.consent
    assert consent is not None
    assert consent.objection(Asked()) == ""
    assert consent.objection(Asked(path="/attic")) == "refused"


def test_a_function_that_is_not_there_is_a_mistake_of_the_configuration() -> None:
    """A name that nothing has is refused when the app starts, with its place."""
    with pytest.raises(ConfigError, match=r"consent\.call: 'nowhere:nothing' cannot be imported"):
        stand(consent={"call": "nowhere:nothing"})


def test_nobody_is_asked_unless_the_configuration_says_so() -> None:
    """Without the section there is nothing to find."""
    assert configured().consent is None
    assert configured().varies_on == ()
    assert stand().bandit._ground.consent is None
