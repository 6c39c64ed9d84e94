"""Every interleaving of requests, reports and timers in a small world, to exhaustion.

The network is taken at its worst: at any moment any leg may be reported in any way, true or
not, so dropped, repeated, late and contradictory reports are all covered. States that differ
only in ids, ended legs, or which of two alike specialists is which are the same state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from routing import commands as c
from routing import events as e
from routing.call import MET, PENDING, Call, Leg, Transfer
from routing.decide import Refused, decide, drafted
from routing.invariants import Step, broken
from routing.plan import Accept, Destination, Entry, Plan, Role
from routing.roster import Presence, Roster, Specialist
from routing.states import LegState, Stage, TransferStage

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class World:
    """One small world: an entry, a policy and its people, and what these ask for.

    States with more than `parties` live legs are checked, and not gone on from.
    """

    name: str
    entry: Entry
    roster: Roster
    targets: tuple[str, ...]
    asks: tuple[type, ...]
    parties: int = 3


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule and the shortest history of commands that breaks it."""

    world: str
    why: str
    history: tuple[c.Command, ...]


@dataclass(slots=True)
class Exploration:
    """What was seen: `stages` are the stage changes that can be reached."""

    states: int = 0
    transitions: int = 0
    violations: list[Violation] = field(default_factory=list)
    stages: set[tuple[Stage, Stage]] = field(default_factory=set)
    exhausted: bool = True


RING = (c.RequestTransfer, c.DeclineOffer, c.Leave, c.End, c.MarkReleased)
TRANSFER = (c.AcceptTransfer, c.CompleteTransfer, c.CancelTransfer, c.NextNumber, c.SetHold)
RECALL = (c.Escalate, c.Acknowledge, c.Rejoin)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a small world is about."""

    name: str
    people: int
    targets: tuple[str, ...]
    asks: tuple[type, ...]
    accept: Accept = "attended"
    parties: int = 3


KINDS = (
    Kind("ring and overflow", 2, (MET,), RING, parties=4),
    Kind("warm transfer, attended", 1, (MET, "lifeline"), (*RING, *TRANSFER)),
    Kind("warm transfer, keypress", 1, (MET, "lifeline"), (*RING, *TRANSFER), "keypress"),
    Kind("escalate and rejoin", 1, (MET,), (*RING, *RECALL)),
)


def small_worlds() -> tuple[World, ...]:
    """Up to two specialists, one destination with two numbers, both entries, each request."""
    return tuple(_world(entry, kind) for entry in Entry for kind in KINDS)


def _world(entry: Entry, kind: Kind) -> World:
    numbers = ("+16615550180", "+18002738255")
    lifeline = Destination("lifeline", Role.LIFELINE, "Lifeline", numbers, kind.accept)
    plan = Plan(
        "agency",
        "+16615550100",
        "+16615550199",
        overflow=("lifeline",) if kind.people > 1 else (),
        menu=(("1", MET), ("2", "lifeline"))[: len(kind.targets)],
        destinations=(lifeline,),
    )
    specialists = tuple(
        Specialist(user, user, f"client:{user}", Presence.AVAILABLE) for user in "ab"[: kind.people]
    )
    roster = Roster(plan, specialists)
    name = f"{entry}: {kind.name}"
    return World(name, entry, roster, kind.targets, kind.asks, kind.parties)


def explore(
    worlds: tuple[World, ...], most: int, progress: Callable[[str, int], None] | None = None
) -> Exploration:
    """Walk breadth-first through each world, up to `most` states in each."""
    found = Exploration()
    for world in worlds:
        _Walk(world, found, most, progress).run()
    return found


class _Walk:
    """One breadth-first walk; `origin` leads back from each state to the start."""

    def __init__(
        self,
        world: World,
        found: Exploration,
        most: int,
        progress: Callable[[str, int], None] | None,
    ) -> None:
        self.world, self.found, self.most, self.progress = world, found, most, progress
        self.origin: dict[Key, tuple[Key | None, c.Command | None]] = {}
        self.timed: dict[Key, list[Key]] = {}
        self.settled: set[Key] = set()

    def run(self) -> None:
        """Explore until nothing new is found."""
        arrival = c.ReportArrival("call", "agency", "line", self.world.entry)
        frontier = [self._step(Call(), (), arrival)]
        while frontier:
            nodes = [node for node in frontier if node]
            frontier = [new for node in nodes for new in self._expand(*node)]
            if self.progress:
                self.progress(self.world.name, len(self.origin))
            if len(self.origin) > self.most:
                self.found.exhausted = False
                break
        self.found.states += len(self.origin)
        if self.found.exhausted:
            self._check_liveness()

    def _expand(self, key: Key, call: Call) -> Iterator[tuple[Key, Call]]:
        for command in commands_for(call, self.world):
            node = self._step(call, key, command)
            if node:
                yield node

    def _step(self, before: Call, key: Key, command: c.Command) -> tuple[Key, Call] | None:
        try:
            draft = drafted(before, command, self._roster(before))
        except Refused:
            return None
        except Exception as error:  # noqa: BLE001 - a crash is a violation, with its history
            self._violated(f"{type(error).__name__}: {error}", key, command)
            return None
        self.found.transitions += 1
        if isinstance(draft.events[-1], e.ReportIgnored) and len(draft.events) == 1:
            return None
        step = Step(tuple(draft.events), tuple(draft.states), self.world.roster)
        self._check(step, key, command)
        return self._remember(key, before, command, draft.call)

    def _remember(
        self, key: Key, before: Call, command: c.Command, after: Call
    ) -> tuple[Key, Call] | None:
        reached = canonical(after)
        if before.legs:
            self.found.stages.add((before.stage, after.stage))
        if isinstance(command, c.ReportTimer) and command.timer != "limit":
            self.timed.setdefault(reached, []).append(key)
        if reached in self.origin:
            return None
        self.origin[reached] = (key or None, command)
        crowded = len(after.live_legs) > self.world.parties
        if after.closed or after.company or crowded:
            self.settled.add(reached)
        return None if crowded else (reached, after)

    def _check(self, step: Step, key: Key, command: c.Command) -> None:
        why = broken(step) or _repeated(step, command, self._roster(step.after))
        if why:
            self._violated(why, key, command)

    def _violated(self, why: str, key: Key | None, last: c.Command | None) -> None:
        history = [last] if last else []
        while key:
            key, command = self.origin[key]
            history.extend([command] if command else [])
        self.found.violations.append(Violation(self.world.name, why, tuple(reversed(history))))

    def _check_liveness(self) -> None:
        """9: by timers alone every state leads to a human or to a closed call."""
        reached, frontier = set(self.settled), list(self.settled)
        while frontier:
            new = [k for key in frontier for k in self.timed.get(key, ()) if k not in reached]
            frontier = list(dict.fromkeys(new))
            reached.update(frontier)
        for key in self.origin.keys() - reached:
            self._violated("9: timers alone lead nowhere from here", key, None)

    def _roster(self, call: Call) -> Roster:
        owner = call.specialist
        if owner is None:
            return self.world.roster
        people = tuple(
            replace(s, presence=Presence.ON_CALL) if s.user == owner.user else s
            for s in self.world.roster.specialists
        )
        return replace(self.world.roster, specialists=people)


def _repeated(step: Step, command: c.Command, roster: Roster) -> str | None:
    """6: the same report a second time adds nothing."""
    if isinstance(command, c.REQUESTS):
        return None
    again = decide(step.after, command, roster)
    ignored = all(isinstance(event, e.ReportIgnored) for event in again)
    return None if ignored else f"6: {type(command).__name__} repeated adds {again[0].name}"


def commands_for(call: Call, world: World) -> Iterator[c.Command]:
    """Everything that people, the network and the clock may do in this state."""
    yield from (c.ReportTimer(t.name, t.subject, t.token) for t in call.timers)
    for leg in call.legs:
        if leg.live:
            yield from _reports(leg)
    if call.caller.held or (call.specialist and call.caller.role is Role.CALLER):
        yield from (c.ReportHold(call.caller.id, hold) for hold in (True, False))
    yield from _late_reports(call)
    if not call.closed:
        yield from (ask for ask in _requests(call, world) if isinstance(ask, world.asks))


def _reports(leg: Leg) -> Iterator[c.Command]:
    yield c.ReportRinging(leg.id)
    yield c.ReportAnswered(leg.id)
    yield c.ReportStar(leg.id)
    yield c.ReportJoined(leg.id)
    yield c.ReportAway(leg.id)
    yield c.ReportEnded(leg.id, "ended")
    yield from (c.ReportKey(leg.id, digit) for digit in ("1", "2", None))


def _late_reports(call: Call) -> Iterator[c.Command]:
    over = next((leg for leg in reversed(call.legs) if not leg.live), None)
    if over:
        yield c.ReportRinging(over.id)
        yield c.ReportAnswered(over.id)
        yield c.ReportKey(over.id, "1")
        yield c.ReportStar(over.id)
        yield c.ReportJoined(over.id)
        yield c.ReportAway(over.id)
        yield c.ReportEnded(over.id, "ended")


def _requests(call: Call, world: World) -> Iterator[c.Command]:
    dispatcher = c.Actor("d", Role.DISPATCHER)
    actors = [c.Actor(s.user, Role.SPECIALIST) for s in world.roster.specialists]
    for actor in (dispatcher, *actors):
        yield from (c.RequestTransfer(actor, to) for to in world.targets)
        for transfer in call.active():
            yield c.AcceptTransfer(actor, transfer.id)
            yield c.CompleteTransfer(actor, transfer.id)
            yield c.CancelTransfer(actor, transfer.id)
            yield c.NextNumber(actor, transfer.id)
        yield c.Leave(actor)
        yield c.End(actor)
    yield c.MarkReleased(dispatcher)
    yield c.Acknowledge(dispatcher)
    for actor in actors:
        yield c.Rejoin(actor)
        yield from (c.SetHold(actor, call.caller.id, hold) for hold in (True, False))
        yield c.Escalate(actor)
        pending = (leg for leg in call.live_legs if leg.user == actor.user)
        yield from (c.DeclineOffer(actor, leg.id) for leg in pending)


def canonical(call: Call) -> Key:
    """What a state is, whatever its ids: the lesser of its two namings of the specialists."""
    if call.closed:
        return ("closed",)
    met = {leg.user for leg in call.legs if leg.user}
    if met <= {"a"}:
        return _named(call, {"a": "a"})
    return min(_named(call, {"a": "a", "b": "b"}), _named(call, {"a": "b", "b": "a"}))


def _named(call: Call, names: dict[str, str]) -> Key:
    legs = {leg.id: _leg_key(leg, names) for leg in call.legs if leg.live}
    transfers = sorted(_transfer_key(t, call, legs, names) for t in call.active())
    timers = sorted(t.name for t in call.timers if t.subject == 0)
    others = sorted(key for leg_id, key in legs.items() if leg_id > 1)
    return (legs[1], *others, *transfers, *timers, _flags(call, names))


def _leg_key(leg: Leg, names: dict[str, str]) -> str:
    fallback = leg.fallback and leg.state in PENDING
    unconfirmed = leg.unconfirmed and not leg.is_caller
    joined_before = leg.ever_joined and not leg.is_caller
    marks = (fallback, joined_before, leg.hold_wanted, leg.held, unconfirmed)
    return f"{leg.role} {_state(leg)} {names.get(leg.user or '')} {marks}"


def _state(leg: Leg) -> str:
    """States that differ in name only: the same may happen next, with the same result."""
    if leg.state is LegState.RINGING:
        return LegState.DIALING
    was_there = leg.ever_joined or leg.is_caller
    return LegState.AWAY if leg.state is LegState.JOINING and was_there else leg.state


def _transfer_key(
    transfer: Transfer, call: Call, legs: dict[int, str], names: dict[str, str]
) -> str:
    owner = call.leg(transfer.owner or 0)
    owned = owner and owner.role is Role.SPECIALIST and legs.get(owner.id, "gone")
    target = legs.get(transfer.target or 0)
    if transfer.stage is TransferStage.ACCEPTED:
        kind = transfer.current and transfer.current.kind
        return f"{transfer.to} accepted {kind} {transfer.hold} {owned} {target}"
    members = sorted(legs[leg.id] for leg in call.legs_of(transfer.id) if leg.live)
    offered = sorted({names[user] for user in transfer.offered})
    rung = f"{transfer.rung - len(transfer.rungs)} {transfer.rungs[0].kind} {transfer.hold}"
    return f"{transfer.to} {transfer.climbing} {rung} {owned} {target} {members} {offered}"


def _flags(call: Call, names: dict[str, str]) -> str:
    back = call.lost and names.get(call.last_specialist or "")
    escalation = "escalation" in call.alarms and (call.awaited, call.dispatch_failed)
    marks = (call.released, call.handed_off, escalation, call.exhausted)
    return f"{marks} {names.get(call.lost or '')} {back}"
