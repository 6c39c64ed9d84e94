"""Words for what the code names and the documents explain. Tests hold them to the code."""

from collections.abc import Mapping

from routing import ladder
from service.bell import REST_SECONDS

SETTINGS: Mapping[str, str] = {
    "METLINE_ENV": "`local` (default) or `production`. Production refuses every local convenience.",
    "DATABASE_URL": "PostgreSQL address. Unset locally: an embedded server.",
    "REDIS_URL": "Redis or Valkey address. Unset locally: an embedded server.",
    "METLINE_DATA_DIR": "Folder of the embedded servers. Default `.metline` in the working folder.",
    "METLINE_PUBLIC_URL": "The address by which the carrier reaches this service. "
    "Callback addresses are built from it and signatures are checked against it.",
    "METLINE_SECRET_KEY": "Key for sessions and tokens, 32 characters or more.",
    "METLINE_CONFIG": "YAML directory that `metline up` applies when it starts. "
    "Unset: the packaged demonstration.",
    "METLINE_CARRIER_URL": "Stands in for the carrier's REST host. "
    "Unset without a carrier account: the sandbox.",
    "METLINE_FALLBACK_URL": "Base address of the fallback documents, on another host.",
    "TWILIO_ACCOUNT_SID": "The carrier account, `AC…`.",
    "TWILIO_AUTH_TOKEN": "Checks the signature of every request of the carrier.",
    "TWILIO_API_KEY_SID": "The key for requests to the carrier, `SK…`.",
    "TWILIO_API_KEY_SECRET": "The secret of that key.",
    "TWILIO_TWIML_APP_SID": "The application of the softphones, `AP…`.",
    "PORT": "Port of the web process. Default 8000.",
}

OUTCOMES: Mapping[str, str] = {
    "R01": "Resolved by phone",
    "R02": "Resolved with program linkage",
    "R03": "Warm transfer accepted: 988",
    "R04": "Warm transfer accepted: treatment team",
    "R05": "In-person behavioral-health response, no law enforcement",
    "R06": "Transport to a crisis facility without law enforcement",
    "E01": "EMS or fire only (shown apart)",
    "C01": "Law enforcement and behavioral health together",
    "L01": "Returned to law enforcement: crime, or officer requested",
    "L02": "Escalated: imminent danger",
    "L03": "Caller refused the specialist; law enforcement sent",
    "U01": "Contact lost, unresolved",
    "X01": "Abandoned before a specialist joined",
    "X02": "No specialist available",
    "X03": "Ineligible after triage",
    "X04": "Consult only; law enforcement already assigned",
    "X05": "Test, duplicate or information",
}

LOG_EVENTS: Mapping[str, tuple[str, str]] = {
    "request": ("One HTTP request: method, path, status, milliseconds.", "Nothing."),
    "request_failed": (
        "A request ended in an error that nobody foresaw; `error` names type and place.",
        "Report it. The caller of the API got 500.",
    ),
    "denied": ("Somebody's role may not do what they asked.", "Look who, when it repeats."),
    "worker_started": ("A worker began.", "Nothing."),
    "worker_stopped": ("A worker ended as asked.", "Nothing."),
    "worker_cut_short": (
        "A carrier request did not end before the worker had to.",
        "Nothing: another worker looks up what became of it.",
    ),
    "leases_freed": (
        "A worker took over effects of one that had died.",
        "Find out why the other died.",
    ),
    "effect_waits": ("An effect cannot go on without the database.", "See *database down*."),
    "effect_failed": (
        "An effect ended in an error that nobody foresaw.",
        "Report it. Its lease runs out and it is tried again.",
    ),
    "loop_waits": (
        "A loop of the worker waits for the database or Redis; `kind` names the loop.",
        "See *database down* or *Redis down*.",
    ),
    "loop_failed": ("A loop of the worker failed; it goes on in a second.", "Report it."),
    "redis_lost": (
        f"Redis does not answer; it is left alone for {REST_SECONDS:g} s.",
        "See *Redis down*.",
    ),
    "child_died": (
        "`metline up` saw a process end and starts it again; `kind` names it.",
        "Read the lines above it.",
    ),
}

TIMES: Mapping[str, tuple[int, str]] = {
    "menu": (ladder.MENU_SECONDS, "the phone menu at its longest; silence means a specialist"),
    "screen": (ladder.SCREEN_SECONDS, "pressing 1 after an answer; after it the next rung"),
    "join": (ladder.JOIN_SECONDS, "an admitted leg's way into the conference, then a look-up"),
    "away": (ladder.AWAY_SECONDS, "a leg that left the conference, then a look-up"),
    "on call": (ladder.ON_CALL_SECONDS, "the ring of the on-call phones"),
    "target": (ladder.TARGET_SECONDS, "the ring of one number of a destination"),
    "dispatch": (ladder.DISPATCH_SECONDS, "the ring of the dispatcher's position"),
    "fallback": (ladder.FALLBACK_SECONDS, "the ring of the fallback number"),
    "rejoin": (ladder.REJOIN_SECONDS, "the time in which a lost specialist may come back"),
    "rescue": (ladder.RESCUE_SECONDS, "a caller without anybody, then dispatch is rung"),
    "recall": (ladder.RECALL_SECONDS, "an unanswered escalation, then dispatch is rung again"),
    "hold": (ladder.HOLD_SECONDS, "a hold that the carrier has not confirmed, then it is repeated"),
    "limit": (ladder.LIMIT_SECONDS, "the longest call: the carrier ends it after four hours"),
}
