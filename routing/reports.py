"""How the network's reports change a call. Nothing here raises; what does not fit is ignored."""

from __future__ import annotations

from routing import climb, requests
from routing import commands as c
from routing import events as e
from routing.call import DISPATCH, OVER, PENDING, Leg
from routing.draft import Draft, Refused
from routing.ladder import AWAY_SECONDS, JOIN_SECONDS, LIMIT_SECONDS, MENU_SECONDS, dispatch_ladder
from routing.plan import Entry, Role
from routing.settle import close
from routing.states import LegState

CENTER_ROLES = (Role.DISPATCHER, Role.CENTER)


def apply_report(draft: Draft, report: c.Report) -> bool:
    """Take one report in; False when it tells nothing new and is recorded as ignored."""
    why = _applied(draft, report)
    if why:
        name = type(report).__name__.removeprefix("Report").lower()
        draft.emit(e.ReportIgnored(name, getattr(report, "leg", 0), why))
    return why is None


def _applied(draft: Draft, report: c.Report) -> str | None:
    match report:
        case c.ReportArrival():
            return _arrived(draft, report)
        case c.ReportTimer():
            return _timer(draft, report)
        case _:
            leg = draft.call.leg(report.leg)
            return _on_leg(draft, leg, report) if leg else "unknown leg"


def _arrived(draft: Draft, report: c.ReportArrival) -> str | None:
    if draft.call.legs:
        return "arrived already"
    draft.emit(e.CallArrived(report.call, report.agency, report.line, report.entry, report.drill))
    draft.start_timer("limit", 0, LIMIT_SECONDS)
    if report.entry is Entry.BRIDGED:
        draft.emit(e.CallAnswered(1))
        draft.start_timer("menu", 1, MENU_SECONDS)
    else:
        draft.start_timer("join", 1, JOIN_SECONDS)
        climb.start(draft, DISPATCH, dispatch_ladder(draft.roster.plan), cause="arrival")
    return None


LegReport = (
    c.ReportRinging
    | c.ReportAnswered
    | c.ReportKey
    | c.ReportStar
    | c.ReportJoined
    | c.ReportAway
    | c.ReportEnded
    | c.ReportHold
)


def _on_leg(draft: Draft, leg: Leg, report: LegReport) -> str | None:
    match report:
        case c.ReportRinging():
            return _ringing(draft, leg)
        case c.ReportAnswered():
            return _answered(draft, leg)
        case c.ReportKey(digit=digit):
            return _key(draft, leg, digit)
        case c.ReportStar():
            return _star(draft, leg)
        case c.ReportJoined(sequence=sequence):
            return _joined(draft, leg, sequence)
        case c.ReportAway(sequence=sequence):
            return _away(draft, leg, sequence)
        case c.ReportEnded(reason=reason):
            return _ended(draft, leg, reason)
        case _:
            return _held(draft, leg, hold=report.hold)


def _ringing(draft: Draft, leg: Leg) -> str | None:
    if leg.state is not LegState.DIALING:
        return "not being dialed"
    draft.emit(e.LegRinging(leg.id))
    if leg.role is Role.SPECIALIST and leg.user:
        draft.emit(e.SpecialistRinging(leg.transfer, leg.id, leg.user))
    return None


def _answered(draft: Draft, leg: Leg) -> str | None:
    if leg.state not in (LegState.DIALING, LegState.RINGING):
        return "not ringing"
    climb.answered(draft, leg)
    return None


def _key(draft: Draft, leg: Leg, digit: str | None) -> str | None:
    if leg.state is LegState.MENU:
        choose(draft, leg, digit)
        return None
    if leg.state is LegState.SCREENING and digit == "1":
        climb.accepted_by_key(draft, leg)
        return None
    return "no key is asked for"


def choose(draft: Draft, leg: Leg, digit: str | None) -> None:
    """One key, or silence, chooses; whatever is not in the menu asks for a specialist."""
    to = draft.roster.plan.choice(digit or "") or "met"
    draft.emit(e.MenuChosen(leg.id, digit, to))
    climb.admit(draft, leg)
    try:
        requests.open_for_dispatcher(draft, to, draft.leg(leg.id), "menu")
    except Refused as refused:
        draft.emit(e.ReportIgnored("choice", leg.id, refused.reason))


def _star(draft: Draft, leg: Leg) -> str | None:
    if leg.role not in CENTER_ROLES or not leg.on_line or leg.state is LegState.MENU:
        return "no menu on this leg"
    if leg.role is Role.CENTER and draft.call.released:
        return "the dispatcher has left this leg"
    draft.emit(e.MenuOpened(leg.id))
    draft.start_timer("menu", leg.id, MENU_SECONDS)
    caller = draft.call.caller
    if caller.state is LegState.JOINED and not caller.held and not draft.call.company:
        draft.emit(e.Announced(caller.id, "specialist_coming"))
    return None


def _joined(draft: Draft, leg: Leg, sequence: int) -> str | None:
    if leg.state not in (LegState.JOINING, LegState.AWAY):
        return "not expected to join"
    if sequence and sequence <= leg.sequence:
        return "older than the leg's last word"
    draft.emit(e.LegJoined(leg.id, sequence))
    if leg.held or leg.hold_wanted:  # back in the conference, nobody is on hold there
        climb.ask_hold(draft, leg, hold=leg.hold_wanted)
    if leg.transfer and not leg.ever_joined:
        climb.joined(draft, draft.leg(leg.id))
    elif leg.role is Role.DISPATCHER and draft.call.awaited:
        draft.emit(e.DispatcherRejoined(leg.id))
    return None


def _away(draft: Draft, leg: Leg, sequence: int) -> str | None:
    if leg.state is not LegState.JOINED:
        return "not in the conference"
    if sequence and sequence <= leg.sequence:
        return "older than the leg's last word"
    draft.emit(e.LegAway(leg.id, sequence))
    draft.start_timer("away", leg.id, AWAY_SECONDS)
    return None


def _ended(draft: Draft, leg: Leg, reason: str) -> str | None:
    if leg.state in OVER:
        return "over already"
    ended = e.LegLeft if leg.answered else e.LegFailed
    draft.emit(ended(leg.id, reason))
    if leg.state in PENDING:
        climb.missed(draft, leg, reason)
    else:
        _left(draft, leg, asked=leg.state is LegState.LEAVING)
    return None


def _left(draft: Draft, leg: Leg, *, asked: bool) -> None:
    if leg.is_caller:
        if not draft.call.closed:
            draft.emit(e.CallerDisconnected(leg.id))
    elif leg.role is Role.SPECIALIST and leg.user and leg.ever_joined:
        draft.emit(e.SpecialistLeft(leg.id, leg.user, lost=not asked))
    elif leg.role is Role.SPECIALIST and not asked:
        climb.missed(draft, leg, "never joined")
    elif leg.role is Role.DISPATCHER and leg.ever_joined:
        draft.emit(e.DispatcherLeft(leg.id))


def _held(draft: Draft, leg: Leg, *, hold: bool) -> str | None:
    if leg.state in OVER or leg.held == hold:
        return "nothing new"
    draft.emit(e.HoldOn(leg.id) if hold else e.HoldOff(leg.id))
    if hold != leg.hold_wanted and leg.live:
        climb.ask_hold(draft, leg, hold=leg.hold_wanted)
    return None


def _timer(draft: Draft, report: c.ReportTimer) -> str | None:
    current = c.ReportTimer(report.timer, report.subject, report.token)
    known = ((t.name, t.subject, t.token) for t in draft.call.timers)
    if (current.timer, current.subject, current.token) not in known:
        return "timer stopped"
    draft.emit(e.TimerFired(report.timer, report.subject))
    _due(draft, report.timer, report.subject)
    return None


def _due(draft: Draft, timer: str, subject: int) -> None:
    match timer:
        case "ring":
            climb.skip(draft, subject, "no answer")
        case "join" | "away":
            _unheard(draft, timer, draft.leg(subject))
        case "menu":
            choose(draft, draft.leg(subject), None)
        case "hold":
            leg = draft.leg(subject)
            climb.ask_hold(draft, leg, hold=leg.hold_wanted)
        case "rescue" | "recall":
            climb.recall_dispatch(draft, dispatch_ladder(draft.roster.plan), timer)
        case "limit":
            close(draft, "limit")
        case _:
            pass  # `rejoin`: the time to come back is over, and the event says so


def _unheard(draft: Draft, timer: str, leg: Leg) -> None:
    if leg.unconfirmed and not leg.is_caller:
        draft.release(leg, "lost")
        draft.emit(e.LegLeft(leg.id, "lost"))
        _left(draft, leg, asked=False)
        return
    draft.emit(e.LegUnconfirmed(leg.id))
    draft.start_timer(timer, leg.id, JOIN_SECONDS if timer == "join" else AWAY_SECONDS)
