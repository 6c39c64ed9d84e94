"""Every endpoint of the API, who may use it, what it takes and what it answers: the one table."""

from __future__ import annotations

from handlers.access import (
    ADMIN,
    DISPATCHER,
    MAY_ASK,
    MAY_UNHOLD,
    ROLES,
    SPECIALIST,
    SUPERVISOR,
)
from routing import commands as c
from web import answers, bodies, calls, me, outcomes, reports, stream, transfers, work
from web.asked import Route
from web.fields import Nothing

ON_CALL = (DISPATCHER, SPECIALIST)

ROUTES: tuple[Route, ...] = (
    Route("GET", "/me", ROLES, me.get_me, "Who you are.", answers.Me),
    Route(
        "PATCH", "/me", ROLES, me.edit_me, "Your language and theme.", answers.Me,
        body=bodies.Preferences,
    ),
    Route(
        "GET", "/me/voice-token", ON_CALL, me.get_voice_token,
        "An access token for your softphone.", answers.VoiceToken,
    ),
    Route(
        "PUT", "/me/presence", (SPECIALIST,), me.set_presence,
        "Set your presence; repeating it is the heartbeat, fresh for 20 seconds.",
        answers.PresenceShown, body=bodies.SetPresence,
    ),
    Route(
        "GET", "/agencies", ROLES, work.list_agencies,
        "Your agencies: the phone menu, destinations, the ladder and lines.", answers.Agencies,
    ),
    Route(
        "GET", "/tasks", ROLES, work.list_tasks,
        "What remains to be done: callbacks (all that a dispatcher sees), follow-ups, forms.",
        answers.Tasks, query=bodies.TaskFilter,
    ),
    Route(
        "GET", "/specialists", ROLES, me.list_specialists,
        "The specialists of your agencies and what they are doing.", answers.Specialists,
    ),
    Route(
        "POST", "/users/{user}/release", (SUPERVISOR,), me.release_user,
        "Take somebody out of a stuck wrap-up.", answers.PresenceShown, body=bodies.Reason,
    ),
    Route(
        "GET", "/calls", ROLES, calls.list_calls, "Calls, newest first.", answers.Calls,
        query=bodies.CallFilter,
    ),
    Route("GET", "/calls/{call}", ROLES, calls.get_call, "One call.", answers.CallShown),
    Route(
        "GET", "/calls/{call}/events", ROLES, calls.list_events,
        "What happened on it, in order.", answers.Events,
    ),
    Route(
        "PATCH", "/calls/{call}", MAY_ASK[c.UpdateContext], calls.edit_call,
        "What the specialist should know.", answers.CallShown, body=bodies.EditCall,
    ),
    Route(
        "POST", "/calls/{call}/offers/{offer}/decline", MAY_ASK[c.DeclineOffer],
        calls.decline_offer, "Not you: the ring moves on at once.", answers.CallShown,
        body=Nothing,
    ),
    Route(
        "POST", "/calls/{call}/rejoin", MAY_ASK[c.Rejoin], calls.rejoin_call,
        "Ring your devices again.", answers.CallShown, body=Nothing,
    ),
    Route(
        "POST", "/calls/{call}/transfers", MAY_ASK[c.RequestTransfer],
        transfers.request_transfer, "Bring in a specialist (`met`) or a destination.",
        answers.TransferStepped, body=bodies.AskTransfer, status=201,
    ),
    Route(
        "POST", "/calls/{call}/transfers/{transfer}/accept", MAY_ASK[c.AcceptTransfer],
        transfers.accept_transfer, "A human accepted.", answers.TransferStepped, body=Nothing,
    ),
    Route(
        "POST", "/calls/{call}/transfers/{transfer}/complete", MAY_ASK[c.CompleteTransfer],
        transfers.complete_transfer, "You leave; caller and target go on.",
        answers.TransferStepped, body=Nothing,
    ),
    Route(
        "POST", "/calls/{call}/transfers/{transfer}/cancel", MAY_ASK[c.CancelTransfer],
        transfers.cancel_transfer, "Give up and take the caller back.",
        answers.TransferStepped, body=Nothing,
    ),
    Route(
        "POST", "/calls/{call}/transfers/{transfer}/next", MAY_ASK[c.NextNumber],
        transfers.ring_next_number, "Try the destination's next number.",
        answers.TransferStepped, body=Nothing,
    ),
    Route(
        "POST", "/calls/{call}/hold", MAY_UNHOLD, calls.set_hold,
        "One party on hold, or off it; a supervisor only takes off.", answers.CallShown,
        body=bodies.SetHold,
    ),
    Route(
        "POST", "/calls/{call}/escalate", MAY_ASK[c.Escalate], calls.escalate_call,
        "Bring the dispatcher back into the same conference.", answers.CallShown,
        body=bodies.MaybeReason,
    ),
    Route(
        "POST", "/calls/{call}/escalate/acknowledge", MAY_ASK[c.Acknowledge],
        calls.acknowledge_escalation, "Stop the alarm.", answers.CallShown, body=Nothing,
    ),
    Route(
        "POST", "/calls/{call}/responders", MAY_ASK[c.RecordResponder], calls.record_responder,
        "A step of the in-person response.", answers.CallShown, body=bodies.Responder,
    ),
    Route(
        "POST", "/calls/{call}/released", MAY_ASK[c.MarkReleased], calls.mark_released,
        "You have left a bridged line.", answers.CallShown, body=Nothing,
    ),
    Route(
        "POST", "/calls/{call}/callbacks", MAY_ASK[c.AttemptCallback], calls.record_callback,
        "One attempt to reach a caller who dropped.", answers.CallShown,
        body=bodies.CallbackResult,
    ),
    Route(
        "GET", "/calls/{call}/caller-number", (*ON_CALL, SUPERVISOR), calls.get_caller_number,
        "The full number; the reveal is audited.", answers.CallerNumber,
    ),
    Route(
        "POST", "/calls/{call}/leave", MAY_ASK[c.Leave], calls.leave_call,
        "Your own leg ends.", answers.CallShown, body=Nothing,
    ),
    Route(
        "POST", "/calls/{call}/end", MAY_ASK[c.End], calls.end_call,
        "The call is over for everyone.", answers.CallShown, body=Nothing,
    ),
    Route(
        "POST", "/calls/{call}/outcome", MAY_ASK[c.SubmitOutcome], outcomes.submit_outcome,
        "The outcome; later ones are revisions with a reason.", answers.OutcomeShown,
        body=bodies.SubmitOutcome,
    ),
    Route(
        "GET", "/calls/{call}/outcome/revisions", ROLES, outcomes.list_revisions,
        "Every outcome that was submitted, with the reasons.", answers.Revisions,
    ),
    Route(
        "GET", "/calls/{call}/outcome/draft", (SPECIALIST,), outcomes.get_draft,
        "The form as you last saved it, empty when you have not.", answers.OutcomeShown,
    ),
    Route(
        "PUT", "/calls/{call}/outcome/draft", (SPECIALIST,), outcomes.save_draft,
        "Save the form as typed.", answers.OutcomeShown, body=bodies.OutcomeFields,
    ),
    Route(
        "GET", "/reports/diversion", (SUPERVISOR, ADMIN), reports.report_diversion,
        "The diversion report, with counts beside every rate.", answers.Diversion,
        query=bodies.DiversionQuery,
    ),
    Route(
        "GET", "/stream", ROLES, stream.open_stream,
        "Server-sent events: what changed, and a `tick` with the server's time every 5 seconds.",
        None,
    ),
)  # fmt: skip
