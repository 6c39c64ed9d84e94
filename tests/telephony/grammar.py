"""The carrier's document language by its documentation, written down apart from the product."""

from __future__ import annotations

from xml.etree import ElementTree as ET


def _names(text: str) -> set[str]:
    return set(text.split())


VERBS: dict[str, set[str]] = {
    "Say": _names("voice language loop"),
    "Play": _names("loop digits"),
    "Pause": _names("length"),
    "Redirect": _names("method"),
    "Hangup": set(),
    "Gather": _names("input action method timeout finishOnKey numDigits actionOnEmptyResult"),
    "Dial": _names(
        """action method timeout timeLimit hangupOnStar callerId callReason answerOnBridge record
        trim ringTone referUrl referMethod sequential"""
    ),
}
NOUNS: dict[str, set[str]] = {
    "Conference": _names(
        """muted beep startConferenceOnEnter endConferenceOnExit participantLabel jitterBufferSize
        waitUrl waitMethod maxParticipants record region trim coach statusCallback
        statusCallbackMethod statusCallbackEvent"""
    ),
}
INSIDE = {"Response": set(VERBS), "Gather": {"Say", "Play", "Pause"}, "Dial": set(NOUNS)}
QUIET = {"Say", "Play", "Pause", "Redirect"}
"""Verbs of hold, wait and announcement documents."""
LIMIT_BYTES = 64 * 1024


def parsed(document: str) -> ET.Element:
    """The document's root, after checking every verb and attribute of it."""
    assert len(document.encode()) <= LIMIT_BYTES
    root = ET.fromstring(document)  # noqa: S314 - our own document
    assert root.tag == "Response"
    _check(root)
    return root


def _check(element: ET.Element) -> None:
    for child in element:
        assert child.tag in INSIDE.get(element.tag, set()), f"<{child.tag}> in <{element.tag}>"
        known = VERBS.get(child.tag, NOUNS.get(child.tag, set()))
        assert set(child.attrib) <= known, f"<{child.tag}> with {set(child.attrib) - known}"
        _check(child)


def verbs(root: ET.Element) -> list[str]:
    return [child.tag for child in root]
