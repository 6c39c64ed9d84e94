"""Every route of the carrier as one blueprint; all but the two sounds are signed."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response

from telephony import callbacks, documents
from telephony.desk import Desk
from telephony.music import FOLDER
from telephony.settings import VoiceSettings
from telephony.signature import guard
from telephony.urls import Urls

Sound = Callable[[], Response]

SOUNDS = ("hold.wav", "ringing.wav")
DAY = 86_400


def blueprint(desk: Desk, settings: VoiceSettings) -> Blueprint:
    """The routes under `/voice`, to be registered on the application as they are."""
    check = guard(settings)
    root = Blueprint("voice", __name__, url_prefix="/voice")
    urls, hosted = Urls(settings.public_url), bool(settings.fallback_url)
    root.register_blueprint(documents.blueprint(desk, urls, check, hosted=hosted))
    root.register_blueprint(callbacks.blueprint(desk, check))
    root.register_blueprint(_sounds())
    return root


def _sounds() -> Blueprint:
    made = Blueprint("sounds", __name__, url_prefix="/audio")
    kept = {name: (FOLDER / name).read_bytes() for name in SOUNDS}
    for name in SOUNDS:
        made.add_url_rule(
            f"/{name}",
            endpoint=name.partition(".")[0],
            view_func=_serving(kept[name]),
            methods=["GET"],
            provide_automatic_options=False,
        )
    return made


def _serving(content: bytes) -> Sound:
    def sound() -> Response:
        # The carrier keeps media by these headers, so a hold starts without a fetch.
        response = Response(content, mimetype="audio/wav")
        response.cache_control.public = True
        response.cache_control.max_age = DAY
        return response

    return sound
