"""How a transfer climbs its ladder: ring a rung, let one in, move on, give up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from routing import events as e
from routing.call import DISPATCH, PENDING, Leg, Transfer
from routing.draft import Draft
from routing.ladder import HOLD_SECONDS, JOIN_SECONDS, SCREEN_SECONDS, Rung, RungKind
from routing.plan import Role, is_emergency
from routing.roster import Specialist, next_offers, on_call_phones
from routing.states import LegState, TransferStage


@dataclass(frozen=True, slots=True)
class _Ring:
    """One leg to dial for a rung."""

    address: str
    user: str | None = None


def start(
    draft: Draft,
    to: str,
    rungs: tuple[Rung, ...],
    *,
    owner: int | None = None,
    hold: bool = False,
    cause: str = "request",
) -> int:
    """Open a transfer and ring its first rung; returns its id."""
    transfer = len(draft.call.transfers) + 1
    draft.emit(e.TransferRequested(transfer, to, rungs, owner, hold, cause))
    advance(draft, transfer)
    return transfer


def advance(draft: Draft, transfer_id: int) -> None:
    """Ring the next offers of this rung, else the next rung; fail when the ladder ends."""
    _stop_ringing(draft, transfer_id)
    for index in _indexes(draft.transfer(transfer_id)):
        rings = _rings(draft, draft.transfer(transfer_id), index)
        if rings:
            _ring(draft, transfer_id, index, rings)
            return
    give_up(draft, transfer_id, "nobody answered")


def _indexes(transfer: Transfer) -> range:
    current = transfer.current
    again = current is not None and current.kind is RungKind.SPECIALISTS
    return range(transfer.rung + (0 if again else 1), len(transfer.rungs))


def _rings(draft: Draft, transfer: Transfer, index: int) -> tuple[_Ring, ...]:
    rung = transfer.rungs[index]
    found = tuple(_addresses(draft, transfer, rung))
    return tuple(ring for ring in found if not is_emergency(ring.address))


def _addresses(draft: Draft, transfer: Transfer, rung: Rung) -> Iterator[_Ring]:
    offered = frozenset(transfer.offered)
    match rung.kind:
        case RungKind.SPECIALISTS:
            yield from map(_softphone, next_offers(draft.roster, offered, draft.call.language))
        case RungKind.ON_CALL:
            for person in on_call_phones(draft.roster, _declined(draft, transfer)):
                yield _Ring(person.phone or "", person.user)
        case RungKind.REJOIN:
            person_back = draft.roster.person(rung.key)
            yield from [_softphone(person_back)] if person_back else []
        case _:
            yield _Ring(rung.number or "")


def _declined(draft: Draft, transfer: Transfer) -> frozenset[str]:
    legs = draft.call.legs_of(transfer.id)
    return frozenset(leg.user for leg in legs if leg.user and leg.reason == "declined")


def _softphone(person: Specialist) -> _Ring:
    return _Ring(person.address, person.user)


def _ring(draft: Draft, transfer_id: int, index: int, rings: tuple[_Ring, ...]) -> None:
    before = draft.transfer(transfer_id).rung
    draft.emit(e.RungEntered(transfer_id, index))
    rung = draft.transfer(transfer_id).rungs[index]
    if index != before and _is_overflow(draft.transfer(transfer_id), rung):
        draft.emit(e.OverflowEntered(transfer_id, index))
        _tell_dispatcher(draft, rung)
    for ring in rings:
        dial(draft, transfer_id, rung, ring.address, ring.user)
    draft.start_timer("ring", transfer_id, rung.seconds)


def _tell_dispatcher(draft: Draft, rung: Rung) -> None:
    dispatcher = draft.call.dispatcher
    if dispatcher and dispatcher.state is LegState.JOINED:
        what = rung.role if rung.kind is RungKind.DESTINATION else rung.kind
        draft.emit(e.Announced(dispatcher.id, f"ringing_{what}"))


def _is_overflow(transfer: Transfer, rung: Rung) -> bool:
    own = (RungKind.SPECIALISTS, RungKind.REJOIN)
    return transfer.rungs[0].kind in own and rung.kind not in own


def dial(draft: Draft, transfer_id: int, rung: Rung, address: str, user: str | None) -> None:
    """Ring one leg for a rung."""
    leg = len(draft.call.legs) + 1
    dialed = e.LegDialed(
        leg,
        rung.role,
        transfer_id,
        address,
        rung.seconds,
        user=user,
        keypress=rung.accept == "keypress",
        fallback=rung.kind is RungKind.FALLBACK,
    )
    draft.emit(dialed)
    if rung.kind is RungKind.DESTINATION:
        draft.emit(e.TargetDialed(transfer_id, leg, rung.key or ""))


def answered(draft: Draft, leg: Leg) -> None:
    """Media is up on a rung's leg: screen it or let it in."""
    draft.emit(e.LegAnswered(leg.id))
    if _busy_elsewhere(draft, leg):
        _turn_away(draft, leg)
        return
    if leg.role is not Role.SPECIALIST:
        draft.emit(e.TargetAnswered(leg.transfer, leg.id, leg.role))
    if leg.keypress:
        draft.start_timer("ring", leg.transfer, SCREEN_SECONDS)
    else:
        _let_in(draft, leg)


def _busy_elsewhere(draft: Draft, leg: Leg) -> bool:
    person = draft.roster.person(leg.user)
    return person is not None and person.call not in (None, draft.call.id)


def _turn_away(draft: Draft, leg: Leg) -> None:
    draft.release(draft.leg(leg.id), "busy elsewhere", "taken")
    missed(draft, leg, "busy elsewhere")


def accepted_by_key(draft: Draft, leg: Leg) -> None:
    """The answering person pressed 1."""
    if _busy_elsewhere(draft, leg):
        _turn_away(draft, leg)
        return
    if leg.role is not Role.SPECIALIST:
        draft.emit(e.TargetAccepted(leg.transfer, leg.id, leg.role, "keypress"))
    _let_in(draft, leg)


def _let_in(draft: Draft, leg: Leg) -> None:
    if leg.role is Role.SPECIALIST:
        draft.emit(e.SpecialistAnswered(leg.transfer, leg.id, leg.user or ""))
    _stop_ringing(draft, leg.transfer, but=leg.id, reason="taken")
    admit(draft, leg)
    if leg.role is Role.SPECIALIST:
        _replace_ghosts(draft, leg)
    _hold_for(draft, draft.transfer(leg.transfer))


def admit(draft: Draft, leg: Leg) -> None:
    """Let a leg into the conference and expect the carrier's word of it."""
    draft.emit(e.LegAdmitted(leg.id))
    draft.start_timer("join", leg.id, JOIN_SECONDS)


def _replace_ghosts(draft: Draft, winner: Leg) -> None:
    for leg in draft.call.legs:
        if leg.role is Role.SPECIALIST and leg.id != winner.id and leg.live:
            draft.release(leg, "replaced", "taken")
            _inherit(draft, leg, winner)


def _inherit(draft: Draft, ghost: Leg, winner: Leg) -> None:
    for transfer in draft.call.active():
        if transfer.owner == ghost.id:
            draft.emit(e.TransferOwned(transfer.id, winner.id))


def _hold_for(draft: Draft, transfer: Transfer) -> None:
    owner = draft.call.leg(transfer.owner or 0)
    connected = owner is not None and owner.state is LegState.JOINED
    if transfer.hold and connected and not draft.call.caller.hold_wanted:
        ask_hold(draft, draft.call.caller, hold=True)


def unhold(draft: Draft) -> None:
    """Take the caller off hold, wanted or reported."""
    caller = draft.call.caller
    if caller.hold_wanted or (caller.held and caller.live):
        ask_hold(draft, caller, hold=False)


def ask_hold(draft: Draft, leg: Leg, *, hold: bool) -> None:
    """Ask the carrier to hold a leg or not, and again until it says so."""
    draft.emit(e.HoldAsked(leg.id, hold))
    draft.start_timer("hold", leg.id, HOLD_SECONDS)


def give_up(draft: Draft, transfer_id: int, reason: str) -> None:
    """End a transfer that reached nobody, or lost whom it reached."""
    unanswered = draft.transfer(transfer_id).unanswered
    draft.emit(e.TransferFailed(transfer_id, reason))
    _drop_legs(draft, transfer_id, "ended")
    transfer = draft.transfer(transfer_id)
    if transfer.hold:
        unhold(draft)
    if unanswered and transfer.rungs[0].role is Role.TREATMENT_TEAM:
        draft.emit(e.TaskOpened("follow_up", transfer.to))


def cancel(draft: Draft, transfer_id: int, reason: str) -> None:
    """End a transfer because somebody wants the caller back."""
    draft.emit(e.TransferCancelled(transfer_id, reason))
    _drop_legs(draft, transfer_id, "cancelled")
    if draft.transfer(transfer_id).hold:
        unhold(draft)


def skip(draft: Draft, transfer_id: int, reason: str) -> None:
    """Leave whom this rung reached or rings, and ring on."""
    _stop_ringing(draft, transfer_id, reason=reason)
    _drop_legs(draft, transfer_id, reason)
    if draft.transfer(transfer_id).hold:
        unhold(draft)
    advance(draft, transfer_id)


def _drop_legs(draft: Draft, transfer_id: int, farewell: str) -> None:
    for leg in draft.call.legs_of(transfer_id):
        if leg.live:
            draft.release(leg, farewell, farewell)


def _stop_ringing(draft: Draft, transfer_id: int, but: int = 0, reason: str = "no answer") -> None:
    for leg in draft.call.legs_of(transfer_id):
        if leg.state in PENDING and leg.id != but:
            draft.release(leg, reason, reason)
            missed(draft, leg, reason)


def missed(draft: Draft, leg: Leg, reason: str) -> None:
    """Record an offer that its specialist did not take."""
    if leg.role is Role.SPECIALIST and leg.user:
        draft.emit(e.SpecialistMissed(leg.transfer, leg.id, leg.user, reason))


def joined(draft: Draft, leg: Leg) -> None:
    """The carrier says that a dialed leg is in the conference for the first time."""
    transfer = draft.transfer(leg.transfer)
    if leg.role is Role.INTERPRETER:
        draft.emit(e.InterpreterJoined(transfer.id, leg.id))
    elif transfer.stage is TransferStage.ANSWERED and leg.role is Role.SPECIALIST:
        draft.emit(e.SpecialistJoined(transfer.id, leg.id, leg.user or ""))
    elif transfer.stage is TransferStage.ANSWERED and leg.role is Role.DISPATCHER:
        _dispatcher_joined(draft, transfer, leg)


def _dispatcher_joined(draft: Draft, transfer: Transfer, leg: Leg) -> None:
    before = draft.call
    draft.emit(e.DispatcherJoined(transfer.id, leg.id))
    if leg.fallback:
        draft.emit(e.FallbackReached(leg.id))
    others = [x for x in before.legs if x.role is Role.DISPATCHER and x.on_line and x.id != leg.id]
    if not before.answered:
        draft.emit(e.CallAnswered(leg.id))
    elif before.awaited or not others:
        draft.emit(e.DispatcherRejoined(leg.id))


def recall_dispatch(draft: Draft, rungs: tuple[Rung, ...], cause: str) -> None:
    """Ring the center's dispatcher, unless that is under way."""
    if not draft.call.active(DISPATCH):
        start(draft, DISPATCH, rungs, cause=cause)
