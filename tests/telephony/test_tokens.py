"""Softphone tokens, as the carrier reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import jwt
import pytest

from telephony.tokens import voice_token
from tests.telephony.fakes import ACCOUNT, APPLICATION, KEY, SECRET, voice_settings

NOW = datetime(2030, 5, 1, 12, 0, 0, 123_000, tzinfo=UTC)


def test_a_token_lets_its_owner_receive_calls_for_an_hour() -> None:
    made = voice_token(voice_settings(), "user_4f1c", NOW)
    claims = jwt.decode(made.token, SECRET, ["HS256"], options={"verify_nbf": False})
    assert claims["iss"] == KEY
    assert claims["sub"] == ACCOUNT
    assert claims["grants"]["identity"] == made.identity == "user_4f1c"
    assert claims["grants"]["voice"]["incoming"] == {"allow": True}
    assert claims["grants"]["voice"]["outgoing"] == {"application_sid": APPLICATION}
    assert claims["nbf"] == int(NOW.timestamp())
    assert claims["exp"] - claims["nbf"] == 3600
    assert datetime.fromtimestamp(claims["exp"], UTC) == made.expires_at
    assert made.expires_at <= NOW + timedelta(hours=1)


def test_a_token_and_its_secrets_do_not_show_when_printed() -> None:
    made = voice_token(voice_settings(), "user_4f1c", NOW)
    assert made.token not in repr(made)
    assert SECRET not in repr(voice_settings())


@pytest.mark.parametrize("identity", ["", "maria@example.org", "a-b", "x" * 122, "é"])
def test_an_identity_that_the_carrier_would_not_take_is_refused(identity: str) -> None:
    with pytest.raises(ValueError, match="letters, digits and underscores"):
        voice_token(voice_settings(), identity, NOW)
