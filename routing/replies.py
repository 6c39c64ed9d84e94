"""What a leg should hear now, as data: the carrier's language is added by `telephony`."""

from __future__ import annotations

from dataclasses import dataclass

from routing.call import Call, Leg
from routing.plan import Plan, Role
from routing.states import LegState


@dataclass(frozen=True, slots=True)
class MenuReply:
    """One key chooses; `options` are (digit, role of what it reaches), in the plan's order."""

    options: tuple[tuple[str, Role], ...]


@dataclass(frozen=True, slots=True)
class AcceptReply:
    """Whoever answered presses 1 to accept; `role` is who they are to be."""

    role: Role


@dataclass(frozen=True, slots=True)
class ConferenceReply:
    """Enter the call's conference; `star` when `*` opens the menu on this leg."""

    role: Role
    star: bool


@dataclass(frozen=True, slots=True)
class FarewellReply:
    """Hear why, then the leg ends. `prompt` is a key of the prompt catalog."""

    prompt: str


@dataclass(frozen=True, slots=True)
class HandOverReply:
    """Ring this number from the document itself; nothing of ours is needed any more."""

    number: str


Reply = MenuReply | AcceptReply | ConferenceReply | FarewellReply | HandOverReply

STAR_ROLES = (Role.DISPATCHER, Role.CENTER)


def reply_for(call: Call, leg_id: int, plan: Plan) -> Reply:
    """The document a leg is due, whatever made the carrier ask for it."""
    leg = call.leg(leg_id)
    if leg is None or leg.state in (LegState.DIALING, LegState.RINGING):
        return FarewellReply("unknown_leg")
    if leg.is_caller and call.handed_over:
        return HandOverReply(plan.fallback_number)
    if call.closed or not leg.live:
        return FarewellReply(leg.farewell or _why_over(call, leg))
    if leg.state is LegState.MENU:
        return MenuReply(_options(plan))
    if leg.state is LegState.SCREENING:
        return AcceptReply(leg.role)
    return ConferenceReply(leg.role, star=leg.role in STAR_ROLES)


def _why_over(call: Call, leg: Leg) -> str:
    if call.caller_gone and not leg.is_caller:
        return "caller_gone"
    return "taken" if leg.reason == "taken" else "ended"


def _options(plan: Plan) -> tuple[tuple[str, Role], ...]:
    reached = ((digit, _role_of(plan, to)) for digit, to in plan.menu)
    return tuple((digit, role) for digit, role in reached if role)


def _role_of(plan: Plan, to: str) -> Role | None:
    if to == "met":
        return Role.SPECIALIST
    destination = plan.destination(to)
    return destination.kind if destination else None
