"""The directory document: its shape, and every reason why one is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from handlers.document import BadDirectory, Field, Problems, read_number
from routing.plan import Entry, Role, Strategy

__all__ = ["BadDirectory", "DirectorySpec", "parse"]

Plain = dict[str, Any]

KINDS = ("lifeline", "treatment_team", "mobile_crisis", "program", "interpreter")
USER_ROLES = ("dispatcher", "specialist", "supervisor", "admin")
MET, ON_CALL = "met", "on_call"
MENU_DIGITS = tuple("1234567890")


@dataclass(frozen=True, slots=True)
class DirectorySpec:
    """A checked document: rows as `models.tables` names their columns, and pairs of keys."""

    agencies: tuple[Plain, ...]
    lines: tuple[Plain, ...]
    destinations: tuple[Plain, ...]
    destination_agencies: tuple[Plain, ...]
    users: tuple[Plain, ...]
    user_agencies: tuple[tuple[str, str], ...]


def parse(data: object) -> DirectorySpec:
    """The document as data. Raises BadDirectory with every problem it finds."""
    problems = Problems()
    document = Field("", data, problems)
    document.only("agencies", "destinations", "users")
    agencies = [_agency(item) for item in document.items("agencies")]
    destinations = [_destination(item) for item in document.items("destinations")]
    users = [_user(item) for item in document.items("users")]
    _check_keys(document, problems)
    _check_ladders(document, agencies, destinations)
    _check_served(document, agencies)
    problems.raise_any()
    return _spec(agencies, destinations, users)


def _spec(agencies: list[Plain], destinations: list[Plain], users: list[Plain]) -> DirectorySpec:
    return DirectorySpec(
        tuple(_without(agency, "lines") for agency in agencies),
        tuple(line for agency in agencies for line in agency["lines"]),
        tuple(_without(destination, "agencies") for destination in destinations),
        tuple(
            {"destination": destination["key"], "agency": key}
            for destination in destinations
            for key in destination["agencies"]
        ),
        tuple(_without(user, "agencies") for user in users),
        tuple((user["email"], key) for user in users for key in user["agencies"]),
    )


def _without(row: Plain, name: str) -> Plain:
    return {key: value for key, value in row.items() if key != name}


_AGENCY = (
    "key", "name", "timezone", "fiscal_year_starts", "dispatch_number", "fallback_number",
    "prompts", "ring", "overflow", "menu", "lines",
)  # fmt: skip


def _agency(item: Field) -> Plain:
    item.only(*_AGENCY)
    ring = item.child("ring", {})
    ring.only("strategy", "seconds")
    key = item.key("key")
    return {
        "key": key,
        "name": item.text("name"),
        "timezone": item.timezone("timezone"),
        "fiscal_year_starts": item.whole("fiscal_year_starts", 1, 12, default=7),
        "dispatch_number": item.number("dispatch_number"),
        "fallback_number": item.number("fallback_number"),
        "prompts": item.texts("prompts", default=["en"]),
        "ring_strategy": ring.choice("strategy", [*Strategy], default="simultaneous"),
        "ring_seconds": ring.whole("seconds", 5, 60, default=15),
        "overflow": item.texts("overflow", default=[]),
        "menu": _menu(item.child("menu", {"1": MET})),
        "lines": [_line(line, key) for line in item.items("lines")],
    }


def _menu(menu: Field) -> Plain:
    chosen = {str(digit): menu.text(digit) for digit in menu.names()}
    for digit in menu.names():
        if str(digit) not in MENU_DIGITS:
            menu.refuse(str(digit), "a key of the phone menu is one digit")
    return chosen


def _line(item: Field, agency: str) -> Plain:
    item.only("number", "entry", "drill")
    return {
        "number": item.number("number"),
        "agency": agency,
        "entry": item.choice("entry", [*Entry]),
        "drill": item.yes("drill", default=False),
    }


def _destination(item: Field) -> Plain:
    item.only("key", "kind", "name", "numbers", "accept", "hold", "agencies")
    kind = item.choice("kind", KINDS)
    return {
        "key": item.key("key"),
        "kind": kind,
        "name": item.text("name"),
        "numbers": item.numbers("numbers"),
        "accept": item.choice("accept", ["attended", "keypress"], default="attended"),
        "hold": item.yes("hold", default=True),
        "agencies": item.texts("agencies"),
    }


def _user(item: Field) -> Plain:
    item.only("email", "name", "role", "agencies", "languages", "phone", "on_call")
    on_call = item.yes("on_call", default=False)
    phone = item.number("phone", optional=True)
    if on_call and not phone:
        item.refuse("phone", "somebody on call needs a phone number")
    return {
        "email": item.email("email"),
        "name": item.text("name"),
        "role": item.choice("role", USER_ROLES),
        "phone": phone,
        "on_call": on_call,
        "languages": item.texts("languages", default=["en"]),
        "agencies": item.texts("agencies"),
    }


def _check_keys(document: Field, problems: Problems) -> None:
    for name, key in (("agencies", "key"), ("destinations", "key"), ("users", "email")):
        seen: dict[str, str] = {}
        for item in document.items(name):
            value = str(item.raw(key)).lower()
            if value in seen:
                item.refuse(key, f"the same as {seen[value]}")
            seen.setdefault(value, f"{item.path}.{key}")
    _check_numbers(document, problems)


def _check_numbers(document: Field, problems: Problems) -> None:
    ours: dict[str, str] = {}
    for agency in document.items("agencies"):
        for line in agency.items("lines"):
            number = read_number(line.raw("number"))
            if number in ours:
                line.refuse("number", f"the same as {ours[number]}")
            ours.setdefault(number or line.path, f"{line.path}.number")
    for path, number in _dialed(document):
        if number in ours:
            problems.add(path, f"one of our own lines ({ours[number]}): the call would ring itself")


def _dialed(document: Field) -> list[tuple[str, str]]:
    fixed = [
        (f"{agency.path}.{name}", read_number(agency.raw(name)))
        for agency in document.items("agencies")
        for name in ("dispatch_number", "fallback_number")
    ]
    listed = [
        (f"{destination.path}.numbers[{index}]", read_number(number))
        for destination in document.items("destinations")
        for index, number in enumerate(_listed(destination.raw("numbers")))
    ]
    return [(path, number) for path, number in (*fixed, *listed) if number]


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _check_ladders(document: Field, agencies: list[Plain], destinations: list[Plain]) -> None:
    for item, agency in zip(document.items("agencies"), agencies, strict=True):
        served = {d["key"]: d for d in destinations if agency["key"] in d["agencies"]}
        for index, key in enumerate(agency["overflow"]):
            if key != ON_CALL and key not in served:
                item.refuse(f"overflow[{index}]", f"{key} is no destination of this agency")
            elif key != ON_CALL and served[key]["kind"] == Role.INTERPRETER:
                item.refuse(f"overflow[{index}]", "an interpreter does not take calls over")
        for digit, key in agency["menu"].items():
            if key != MET and key not in served:
                item.refuse(f"menu.{digit}", f"{key} is no destination of this agency")


def _check_served(document: Field, agencies: list[Plain]) -> None:
    known = {agency["key"] for agency in agencies}
    for name in ("destinations", "users"):
        for item in document.items(name):
            keys = _listed(item.raw("agencies"))
            if not keys:
                item.refuse("agencies", "name at least one agency")
            for index, key in enumerate(keys):
                if key not in known:
                    item.refuse(f"agencies[{index}]", f"{key} is no agency of this document")
