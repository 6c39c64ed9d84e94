"""Documents parsed strictly: an unknown verb, attribute or value fails the document."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

from sandbox.grammar import tag
from sandbox.settings import DOCUMENT_LIMIT_BYTES

_MOST_TARGETS = 10
_XML = "{http://www.w3.org/XML/1998/namespace}"


class DocumentError(Exception):
    """A document that could not be fetched or executed, with the carrier's error code."""

    def __init__(self, code: int, message: str, url: str = "") -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.url = code, message, url


@dataclass(frozen=True)
class Element:
    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: tuple[Element, ...] = ()

    def flag(self, name: str, *, default: bool = False) -> bool:
        return self.attributes.get(name, str(default).lower()) == "true"

    def number(self, name: str, default: int) -> int:
        return int(self.attributes.get(name, default))


def parse(body: bytes) -> tuple[Element, ...]:
    """The verbs of a document, checked against the grammar."""
    if len(body) > DOCUMENT_LIMIT_BYTES:
        raise DocumentError(11750, "the document is larger than 64 KB")
    if b"<!ENTITY" in body or b"<!DOCTYPE" in body:
        raise DocumentError(12100, "the document declares a DTD")
    try:
        root = ET.fromstring(body)  # noqa: S314 - a DTD is refused above
    except ET.ParseError as error:
        raise DocumentError(12100, f"the document does not parse: {error}") from error
    if root.tag != "Response":
        raise DocumentError(12200, f"the document starts with <{root.tag}>, not <Response>")
    verbs = _element(root).children
    _check_order(verbs)
    return verbs


def _element(node: ET.Element) -> Element:
    name = node.tag.rpartition("}")[2]
    known = tag(name)
    if known is None:
        raise DocumentError(12200, f"<{name}> is not a verb this carrier knows")
    for attribute, value in node.attrib.items():
        _check_attribute(name, attribute.replace(_XML, "xml:"), value)
    for child in node:
        if child.tag not in known.children:
            raise DocumentError(12200, f"<{child.tag}> is not allowed inside <{name}>")
    text = "".join(node.itertext()) if name == "Say" else (node.text or "") + _tails(node)
    if text.strip() and not known.text:
        raise DocumentError(12200, f"<{name}> holds text, which it cannot: {text.strip()[:40]!r}")
    return Element(name, dict(node.attrib), text.strip(), tuple(_element(each) for each in node))


def _check_attribute(name: str, attribute: str, value: str) -> None:
    known = tag(name)
    check = known.attributes.get(attribute) if known else None
    if check is None:
        raise DocumentError(12200, f"<{name}> has no attribute {attribute!r}")
    if not check(value):
        raise DocumentError(12200, f"<{name}> cannot have {attribute}={value!r}")


def _tails(node: ET.Element) -> str:
    return "".join(child.tail or "" for child in node)


def _check_order(verbs: tuple[Element, ...]) -> None:
    for position, verb in enumerate(verbs):
        if verb.name == "Reject" and position > 0:
            raise DocumentError(12200, "<Reject> must be the first verb")
        if verb.name == "Redirect" and not verb.text:
            raise DocumentError(12200, "<Redirect> has no address")
        if verb.name == "Dial":
            _check_dial(verb)


def _check_dial(verb: Element) -> None:
    names = [child.name for child in verb.children]
    if bool(verb.text) == bool(names):
        raise DocumentError(12200, "<Dial> needs a number or nouns, not both")
    if len(names) > _MOST_TARGETS:
        raise DocumentError(12200, "<Dial> rings ten targets at most")
    if ("Conference" in names or "Sip" in names) and len(names) > 1:
        raise DocumentError(12200, "<Conference> and <Sip> stand alone in a <Dial>")
    if any(child.name == "Conference" and not child.text for child in verb.children):
        raise DocumentError(12200, "<Conference> has no name")
