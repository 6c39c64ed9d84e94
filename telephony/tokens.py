"""Access tokens with which a softphone registers at the carrier."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from telephony.settings import VoiceSettings

LIFETIME = timedelta(hours=1)
# The carrier's client library takes letters, digits and underscores, 121 at most.
IDENTITY = re.compile(r"[A-Za-z0-9_]{1,121}")


@dataclass(frozen=True, slots=True)
class VoiceToken:
    """A softphone's token; `expires_at` is UTC."""

    token: str = field(repr=False)
    identity: str
    expires_at: datetime


def voice_token(settings: VoiceSettings, identity: str, now: datetime) -> VoiceToken:
    """A token that lets `identity` (such as u_4f…) receive calls for an hour.

    ValueError when the carrier would not take the identity.
    """
    if not IDENTITY.fullmatch(identity):
        raise ValueError("an identity has letters, digits and underscores only")
    grant = VoiceGrant(incoming_allow=True, outgoing_application_sid=settings.twiml_app_sid or None)
    expires_at = (now + LIFETIME).astimezone(UTC).replace(microsecond=0)
    token = AccessToken(
        settings.account_sid,
        settings.api_key_sid,
        settings.api_key_secret,
        grants=[grant],
        identity=identity,
        nbf=int(now.timestamp()),
        valid_until=int(expires_at.timestamp()),
    )
    return VoiceToken(token.to_jwt(), identity, expires_at)
