"""What this package is told about the carrier account and about where it is reached itself."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """One carrier account. URLs have no trailing slash; None means not set.

    `public_url` is where the carrier reaches us, `carrier_url` stands in for the carrier's REST
    host (local only), `fallback_url` is where the static documents are hosted apart from us.
    """

    public_url: str
    account_sid: str
    auth_token: str = field(repr=False)
    api_key_sid: str
    api_key_secret: str = field(repr=False)
    twiml_app_sid: str
    carrier_url: str | None = None
    fallback_url: str | None = None
    timeout_seconds: float = 5.0
