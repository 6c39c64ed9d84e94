"""Scripts for the phones at the far end: what each number or client does when it rings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, cast, get_args

from sandbox.calls import Handset

Behavior = Literal["answer", "busy", "no_answer", "fail", "voicemail", "manual"]


@dataclass(frozen=True)
class Press:
    """Digits pressed `at` seconds after answer, or `after` seconds from hearing a text."""

    digits: str
    at: float | None = None
    when_hears: str | None = None
    after: float = 0.0
    times: int = 1


@dataclass(frozen=True)
class PhoneScript:
    does: Behavior = "no_answer"
    after: float = 0.0
    speaks: str = ""
    hang_up_after: float | None = None
    press: tuple[Press, ...] = field(default_factory=tuple)


def parse_script(data: Any) -> PhoneScript:
    """A script from JSON; what is unknown or impossible raises ValueError with the reason."""
    values = dict(_fields(data, PhoneScript))
    presses = tuple(_press(each) for each in values.pop("press", ()))
    script = PhoneScript(**values, press=presses)
    if script.does not in get_args(Behavior):
        raise ValueError(f"does {script.does!r}; a phone does one of {get_args(Behavior)}")
    if script.does == "voicemail" and script.hang_up_after is None:
        raise ValueError("a voicemail needs hang_up_after")
    if min(script.after, script.hang_up_after or 0) < 0:
        raise ValueError("times are seconds, zero or more")
    return script


def _press(data: Any) -> Press:
    press = Press(**_fields(data, Press))
    if not press.digits or set(press.digits) - set("0123456789*#ABCDw"):
        raise ValueError(f"digits {press.digits!r} are not keys of a phone")
    if (press.at is None) == (press.when_hears is None):
        raise ValueError("a press needs either at or when_hears")
    return press


def _fields(data: Any, kind: type[PhoneScript | Press]) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise TypeError(f"a {kind.__name__} is an object")
    if unknown := sorted(set(data) - set(kind.__dataclass_fields__)):
        raise ValueError(f"unknown field {unknown[0]!r} in a {kind.__name__}")
    return cast("Mapping[str, Any]", data)


def as_json(script: PhoneScript) -> dict[str, Any]:
    return asdict(script)


class PhoneBook:
    """Scripts by address, and live handsets (a browser's gateway) that go before scripts."""

    def __init__(self) -> None:
        self._scripts: dict[str, PhoneScript] = {}
        self._handsets: dict[str, Handset] = {}

    def put(self, address: str, script: PhoneScript) -> None:
        self._scripts[bare_address(address)] = script

    def remove(self, address: str) -> None:
        self._scripts.pop(bare_address(address), None)

    def scripts(self) -> dict[str, PhoneScript]:
        return dict(self._scripts)

    def script(self, address: str) -> PhoneScript:
        address = bare_address(address)
        unknown = "fail" if address.startswith("client:") else "no_answer"
        return self._scripts.get(address, PhoneScript(does=cast("Behavior", unknown)))

    def connect(self, address: str, handset: Handset) -> None:
        self._handsets[bare_address(address)] = handset

    def disconnect(self, address: str) -> None:
        self._handsets.pop(bare_address(address), None)

    def handset(self, address: str) -> Handset | None:
        return self._handsets.get(bare_address(address))


def bare_address(address: str) -> str:
    """Without the custom parameters of `client:maria?key=value`."""
    return address.split("?", 1)[0]
