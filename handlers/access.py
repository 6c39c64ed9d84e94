"""Who asks, and what their role and agencies let them ask."""

from __future__ import annotations

from dataclasses import dataclass, field

from handlers.errors import Elsewhere, Forbidden
from routing import commands as c
from routing.plan import Role

DISPATCHER, SPECIALIST, SUPERVISOR, ADMIN = "dispatcher", "specialist", "supervisor", "admin"
ROLES = (DISPATCHER, SPECIALIST, SUPERVISOR, ADMIN)


@dataclass(frozen=True, slots=True)
class Account:
    """A signed-in person. `agencies` are keys; `identity` is their softphone's at the carrier.

    `origin` is the network address from which they ask, for the audit.
    """

    id: str
    email: str
    name: str
    role: str
    agencies: tuple[str, ...]
    languages: tuple[str, ...] = ("en",)
    language: str = "en"
    theme: str = "system"
    phone: str | None = None
    on_call: bool = False
    origin: str | None = field(default=None, compare=False)

    @property
    def identity(self) -> str:
        """The softphone identity: letters, digits and underscores only."""
        return identity(self.id)

    @property
    def title(self) -> str:
        """The role with its article, for sentences."""
        return f"{'an' if self.role == ADMIN else 'a'} {self.role}"

    @property
    def actor(self) -> c.Actor:
        """The account as the core knows it; an admin acts with a supervisor's rights."""
        role = Role.SUPERVISOR if self.role == ADMIN else Role(self.role)
        return c.Actor(self.id, role)


def identity(user: str) -> str:
    """The carrier identity of a user's softphone."""
    return "user_" + user.replace("-", "")


def softphone(user: str) -> str:
    """The address that rings a user's softphone."""
    return "client:" + identity(user)


_ON_THE_CALL = (DISPATCHER, SPECIALIST)
MAY_ASK: dict[type, tuple[str, ...]] = {
    c.RequestTransfer: _ON_THE_CALL,
    c.AcceptTransfer: _ON_THE_CALL,
    c.CompleteTransfer: _ON_THE_CALL,
    c.CancelTransfer: _ON_THE_CALL,
    c.NextNumber: _ON_THE_CALL,
    c.DeclineOffer: (SPECIALIST,),
    c.Rejoin: (SPECIALIST,),
    c.SetHold: (SPECIALIST,),
    c.Escalate: (SPECIALIST,),
    c.Acknowledge: (DISPATCHER,),
    c.RecordResponder: _ON_THE_CALL,
    c.MarkReleased: (DISPATCHER,),
    c.Leave: _ON_THE_CALL,
    c.End: _ON_THE_CALL,
    c.UpdateContext: _ON_THE_CALL,
    c.AttemptCallback: (SPECIALIST,),
    c.SubmitOutcome: (SPECIALIST, SUPERVISOR),
}
MAY_UNHOLD = (SPECIALIST, SUPERVISOR)


def who_may(request: c.Request) -> tuple[str, ...]:
    """The roles that may ask for that; a supervisor too may take a party off hold."""
    if isinstance(request, c.SetHold) and not request.hold:
        return MAY_UNHOLD
    return MAY_ASK[type(request)]


def require_role(account: Account, *roles: str) -> None:
    """Raises Forbidden when the account's role is none of those."""
    if account.role not in roles:
        raise Forbidden(f"{account.title} may not do this")


def require_agency(account: Account, agency: str) -> None:
    """Raises Elsewhere (a NotFound) when the account does not belong to the agency."""
    if agency not in account.agencies:
        raise Elsewhere("it is another agency's")
