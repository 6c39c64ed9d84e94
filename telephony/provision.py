"""Sets at the carrier what each of our numbers must do."""

from __future__ import annotations

import requests
from twilio.base.exceptions import TwilioException

from telephony.account import Hooks
from telephony.client import client
from telephony.errors import judged
from telephony.settings import VoiceSettings


def set_hooks(settings: VoiceSettings, line: str, hooks: Hooks) -> bool:
    """Write a number's URLs; False when the account has no such number. Raises CarrierError."""
    numbers = client(settings).incoming_phone_numbers
    try:
        found = [each for each in numbers.list(phone_number=line) if each.phone_number == line]
        for number in found:
            number.update(
                voice_url=hooks.voice,
                voice_method="POST",
                voice_fallback_url=hooks.fallback,
                voice_fallback_method="GET",
                status_callback=hooks.status,
                status_callback_method="POST",
            )
    except (TwilioException, requests.RequestException, ValueError) as error:
        # Not chained: the library's errors quote URLs, and these hold numbers.
        raise judged(error, repeatable=True) from None
    return bool(found)
