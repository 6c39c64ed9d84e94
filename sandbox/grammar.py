"""The documents this carrier understands, as data; what is not listed here is an error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

Check = Callable[[str], bool]


def one_of(*values: str) -> Check:
    return lambda text: text in values


def some_of(*values: str) -> Check:
    return lambda text: set(text.split()) <= set(values)


def whole(low: int, high: int) -> Check:
    return lambda text: text.isdecimal() and low <= int(text) <= high


def anything(_: str) -> bool:
    return True


def digits(text: str) -> bool:
    return bool(text) and set(text) <= set("0123456789*#w")


def label(text: str) -> bool:
    return 0 < len(text) <= 128 and "/" not in text


BOOL = one_of("true", "false")
METHOD = one_of("GET", "POST")
TIMEOUT = whole(1, 600)
PROGRESS = {
    "statusCallback": anything,
    "statusCallbackMethod": METHOD,
    "statusCallbackEvent": some_of("initiated", "ringing", "answered", "completed"),
}
CONFERENCE_EVENTS = (
    "start",
    "end",
    "join",
    "leave",
    "mute",
    "hold",
    "modify",
    "speaker",
    "announcement",
)


@dataclass(frozen=True)
class Tag:
    attributes: dict[str, Check] = field(default_factory=dict)
    children: frozenset[str] = frozenset()
    text: bool = False


_SPEECH_MARKS = frozenset(
    {"break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"}
)

TAGS: dict[str, Tag] = {
    "Response": Tag(
        children=frozenset(
            {"Say", "Play", "Pause", "Gather", "Dial", "Redirect", "Hangup", "Reject"}
        )
    ),
    "Say": Tag(
        {"voice": anything, "language": anything, "loop": whole(0, 1000)}, _SPEECH_MARKS, text=True
    ),
    "Play": Tag({"loop": whole(0, 1000), "digits": digits}, text=True),
    "Pause": Tag({"length": whole(0, 600)}),
    "Redirect": Tag({"method": METHOD}, text=True),
    "Hangup": Tag(),
    "Reject": Tag({"reason": one_of("rejected", "busy")}),
    "Gather": Tag(
        {
            "input": one_of("dtmf"),
            "action": anything,
            "method": METHOD,
            "timeout": whole(1, 600),
            "finishOnKey": lambda text: text == "" or (len(text) == 1 and text in "0123456789*#"),
            "numDigits": whole(1, 100),
            "actionOnEmptyResult": BOOL,
        },
        frozenset({"Say", "Play", "Pause"}),
    ),
    "Dial": Tag(
        {
            "action": anything,
            "method": METHOD,
            "timeout": TIMEOUT,
            "timeLimit": whole(1, 86_400),
            "hangupOnStar": BOOL,
            "callerId": anything,
            "callReason": anything,
            "answerOnBridge": BOOL,
            "ringTone": anything,
        },
        frozenset({"Number", "Client", "Conference", "Sip"}),
        text=True,
    ),
    "Number": Tag({"url": anything, "method": METHOD, "sendDigits": digits} | PROGRESS, text=True),
    "Client": Tag(
        {"url": anything, "method": METHOD} | PROGRESS,
        frozenset({"Identity", "Parameter"}),
        text=True,
    ),
    "Identity": Tag(text=True),
    "Parameter": Tag({"name": anything, "value": anything}),
    "Sip": Tag(
        {"url": anything, "method": METHOD, "username": anything, "password": anything} | PROGRESS,
        text=True,
    ),
    "Conference": Tag(
        {
            "muted": BOOL,
            "beep": one_of("true", "false", "onEnter", "onExit"),
            "startConferenceOnEnter": BOOL,
            "endConferenceOnExit": BOOL,
            "participantLabel": label,
            "jitterBufferSize": one_of("off", "small", "medium", "large"),
            "waitUrl": anything,
            "waitMethod": METHOD,
            "maxParticipants": whole(2, 250),
            "record": one_of("do-not-record", "record-from-start"),
            "region": one_of("us1", "us2", "ie1", "de1", "sg1", "br1", "au1", "jp1"),
            "trim": one_of("trim-silence", "do-not-trim"),
            "coach": anything,
            "recordingStatusCallback": anything,
            "recordingStatusCallbackMethod": METHOD,
            "recordingStatusCallbackEvent": some_of("in-progress", "completed", "absent"),
            "statusCallback": anything,
            "statusCallbackMethod": METHOD,
            "statusCallbackEvent": some_of(*CONFERENCE_EVENTS),
        },
        text=True,
    ),
}
_MARK = Tag(
    {
        "strength": anything,
        "time": anything,
        "level": anything,
        "xml:lang": anything,
        "alphabet": anything,
        "ph": anything,
        "volume": anything,
        "rate": anything,
        "pitch": anything,
        "interpret-as": anything,
        "role": anything,
        "alias": anything,
        "format": anything,
    },
    _SPEECH_MARKS,
    text=True,
)


def tag(name: str) -> Tag | None:
    return _MARK if name in _SPEECH_MARKS else TAGS.get(name)
