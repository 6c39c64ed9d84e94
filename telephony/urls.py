"""Every URL handed to the carrier, built from the public one and never from a request.

A URL carries the call's id and a leg's number, nothing that identifies a person. The fragment
holds the carrier's connection overrides; it is neither sent nor signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

LegDocument = Literal["answer", "menu", "key", "accept", "next"]

# By default the carrier tries once more, after a failed connection only; 15 s is its limit
# for one request with all its tries. Source: connection overrides, "rc", "rp", "rt", "tt".
DOCUMENT = "#rc=2&rp=ct,rt,5xx&ct=2000&rt=4500"
CALLBACK = "#rc=3&rp=all"


@dataclass(frozen=True, slots=True)
class Urls:
    """The carrier's side of this service. `public_url` has no trailing slash."""

    public_url: str

    @property
    def inbound(self) -> str:
        """The voice URL of every line."""
        return self._document("inbound")

    @property
    def line_status(self) -> str:
        """The status callback of every line: the end of a caller's leg."""
        return self._callback("lines/status")

    @property
    def hold_music(self) -> str:
        """A few seconds of music, to be looped; public and unsigned."""
        return f"{self.public_url}/voice/audio/hold.wav"

    @property
    def ringing(self) -> str:
        """One ring of a telephone, to be looped; public and unsigned."""
        return f"{self.public_url}/voice/audio/ringing.wav"

    def leg(self, call_id: str, leg: int, document: LegDocument) -> str:
        """A document of one leg."""
        return self._document(f"legs/{call_id}/{leg}/{document}")

    def leg_status(self, call_id: str, leg: int) -> str:
        """The status callback of one leg that we dialed."""
        return self._callback(f"legs/{call_id}/{leg}/status")

    def conference(self, call_id: str) -> str:
        """The status callback of a call's conference."""
        return self._callback(f"conferences/{call_id}")

    def wait(self, call_id: str) -> str:
        """What whoever is first in a call's conference hears."""
        return self._document(f"wait/{call_id}")

    def hold(self, call_id: str, leg: int) -> str:
        """What a leg on hold hears."""
        return self._document(f"hold/{call_id}/{leg}")

    def announce(self, call_id: str, leg: int, prompt: str) -> str:
        """One prompt for one leg in the conference."""
        return self._document(f"announce/{call_id}/{leg}/{_spoken(prompt)}")

    def farewell(self, call_id: str, leg: int, prompt: str) -> str:
        """One prompt, then the leg ends."""
        return self._document(f"farewell/{call_id}/{leg}/{_spoken(prompt)}")

    @property
    def refuge(self) -> str:
        """What follows a ring of the fallback number; knows no call and needs no database."""
        return self._document("refuge")

    def handover(self, call_id: str, leg: int) -> str:
        """The document that rings the fallback number by itself."""
        return self._document(f"handover/{call_id}/{leg}")

    def _document(self, path: str) -> str:
        return f"{self.public_url}/voice/{path}{DOCUMENT}"

    def _callback(self, path: str) -> str:
        return f"{self.public_url}/voice/{path}{CALLBACK}"


def _spoken(prompt: str) -> str:
    return quote(prompt.replace(" ", "_"), safe="")


def fallback_name(line: str) -> str:
    """The file name of a line's static fallback document: its digits."""
    return f"{line.removeprefix('+')}.xml"


def fallback_document(fallback_url: str, line: str) -> str:
    """Where a line's static fallback document is hosted; fetched by GET, as static hosts want."""
    return f"{fallback_url}/{fallback_name(line)}"


def conference_name(call_id: str) -> str:
    """The conference of a call: its id and nothing else."""
    return f"call-{call_id}"
