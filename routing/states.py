"""Every state a leg, a transfer and a call can be in, and the one table of their transitions.

A leg and a transfer move only by an event that the table lists for their present state.
A call's stage is read off its legs and transfers; its rows are proved to be exactly the
stage changes that can be reached, by `metline check-model`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, NamedTuple


class LegState(StrEnum):
    """Where one party's connection stands."""

    DIALING = "dialing"
    RINGING = "ringing"
    SCREENING = "screening"
    JOINING = "joining"
    JOINED = "joined"
    MENU = "menu"
    AWAY = "away"
    LEAVING = "leaving"
    LEFT = "left"
    FAILED = "failed"


class TransferStage(StrEnum):
    """Stages of a transfer, as the API shows them."""

    DIALING = "dialing"
    RINGING = "ringing"
    ANSWERED = "answered"
    ACCEPTED = "accepted"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Stage(StrEnum):
    """Stages of a call, as the API shows them."""

    MENU = "menu"
    WITH_DISPATCHER = "with_dispatcher"
    RINGING_SPECIALIST = "ringing_specialist"
    WITH_SPECIALIST = "with_specialist"
    TRANSFERRING = "transferring"
    TRANSFERRED = "transferred"
    CLOSED = "closed"


class Move(NamedTuple):
    """One row of the table; `event` is an event's name."""

    machine: Literal["leg", "transfer"]
    before: str
    event: str
    after: str


def _rows(
    machine: Literal["leg", "transfer"], before: str, event: str, after: str
) -> tuple[Move, ...]:
    return tuple(Move(machine, state, event, after) for state in before.split())


TRANSITIONS: tuple[Move, ...] = (
    *_rows("leg", "dialing", "leg_ringing", "ringing"),
    *_rows("leg", "dialing ringing", "leg_answered", "screening"),
    *_rows("leg", "screening menu", "leg_admitted", "joining"),
    *_rows("leg", "joining away", "leg_joined", "joined"),
    *_rows("leg", "joining joined away", "menu_opened", "menu"),
    *_rows("leg", "joined", "leg_away", "away"),
    *_rows("leg", "dialing ringing screening joining joined menu away", "leg_leaving", "leaving"),
    *_rows("leg", "screening joining joined menu away leaving", "leg_left", "left"),
    *_rows("leg", "dialing ringing leaving", "leg_failed", "failed"),
    *_rows("transfer", "dialing", "leg_ringing", "ringing"),
    *_rows("transfer", "dialing ringing", "target_answered", "answered"),
    *_rows("transfer", "dialing ringing", "specialist_answered", "answered"),
    *_rows("transfer", "dialing ringing answered", "rung_entered", "dialing"),
    *_rows("transfer", "answered", "target_accepted", "accepted"),
    *_rows("transfer", "answered", "specialist_joined", "accepted"),
    *_rows("transfer", "answered", "dispatcher_joined", "accepted"),
    *_rows("transfer", "answered", "interpreter_joined", "accepted"),
    *_rows("transfer", "accepted", "transfer_completed", "completed"),
    *_rows("transfer", "dialing ringing answered accepted", "transfer_cancelled", "cancelled"),
    *_rows("transfer", "dialing ringing answered accepted", "transfer_failed", "failed"),
)

_TABLE = {(row.machine, row.before, row.event): row.after for row in TRANSITIONS}


def next_leg_state(before: LegState, event: str) -> LegState:
    """The state a leg moves to; KeyError when the table has no such row."""
    return LegState(_TABLE["leg", before, event])


def next_transfer_stage(before: TransferStage, event: str) -> TransferStage:
    """The stage a transfer moves to; KeyError when the table has no such row."""
    return TransferStage(_TABLE["transfer", before, event])


def leg_can(before: LegState, event: str) -> bool:
    """Whether the table lets a leg in that state take that event."""
    return ("leg", before, event) in _TABLE


def _stages(before: str, after: str) -> tuple[tuple[Stage, Stage], ...]:
    return tuple((Stage(before), Stage(stage)) for stage in after.split())


STAGE_MOVES: frozenset[tuple[Stage, Stage]] = frozenset(
    (
        *_stages("menu", "with_dispatcher ringing_specialist transferring transferred closed"),
        *_stages("with_dispatcher", "menu ringing_specialist transferring transferred closed"),
        *_stages(
            "ringing_specialist",
            "menu with_dispatcher with_specialist transferring transferred closed",
        ),
        *_stages(
            "with_specialist",
            "menu with_dispatcher ringing_specialist transferring transferred closed",
        ),
        *_stages(
            "transferring",
            "menu with_dispatcher ringing_specialist with_specialist transferred closed",
        ),
        *_stages(
            "transferred",
            "menu with_dispatcher ringing_specialist with_specialist transferring closed",
        ),
    )
)
