"""Puts the real parts together: the one place that knows which implementation stands where."""

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import redis

from handlers.access import Account
from handlers.accounts import Accounts
from handlers.agencies import Agencies
from handlers.calls import Calls
from handlers.changes import Changes
from handlers.housekeeping import Housekeeping
from handlers.idempotency import Answers
from handlers.log import CallLog
from handlers.outbox import Outbox
from handlers.outcomes import Outcomes
from handlers.ports import Carrier
from handlers.reconcile import Reconciler
from handlers.reports import Reports
from handlers.specialists import Specialists
from handlers.tasks import Tasks
from handlers.trail import Trail
from models.store import Store
from service import bell
from service.announcing import AnnouncingCalls
from service.bell import NUDGE_SECONDS, Nudge, PromptBell, QueueBell, Soon
from service.changes import Hub
from service.config import Settings
from service.health import HealthCheck
from telephony.client import TwilioCarrier
from telephony.settings import VoiceSettings
from telephony.tokens import voice_token
from web.services import Services, VoiceToken


def now() -> datetime:
    """The time, UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """A fresh random id."""
    return str(uuid.uuid4())


@dataclass(frozen=True)
class Core:
    """What the web and the worker share."""

    store: Store
    redis: "redis.Redis"
    bell: PromptBell
    nudge: Soon
    calls: Calls

    def close(self) -> None:
        """Let go of every connection."""
        self.bell.close()
        self.nudge.close()
        self.store.close()
        self.redis.close()


@dataclass(frozen=True)
class Chores:
    """The worker's use cases."""

    outbox: Outbox
    reconciler: Reconciler
    specialists: Specialists
    housekeeping: Housekeeping


def core(settings: Settings, *, pool: int) -> Core:
    """Nothing is opened before its first use; `pool` is how many threads use the database."""
    store = Store.connect(settings.database_url, pool=pool)
    client = bell.connect(settings.redis_url)
    ringing, nudge = PromptBell(QueueBell(client)), Soon(Nudge(client), NUDGE_SECONDS)
    calls = AnnouncingCalls(store, now, ringing, new_id, announce=nudge.ask)
    return Core(store, client, ringing, nudge, calls)


def services(parts: Core, settings: Settings, hub: Hub) -> Services:
    """What the web needs."""
    voice = _signing(voice_settings(settings), settings)

    def token(account: Account) -> VoiceToken:
        made = voice_token(voice, account.identity, now())
        return VoiceToken(made.token, made.identity, made.expires_at)

    return Services(
        accounts=Accounts(parts.store, now),
        agencies=Agencies(parts.store, parts.calls.plans),
        answers=Answers(parts.store, now),
        calls=parts.calls,
        log=CallLog(parts.store, parts.calls, now),
        outcomes=Outcomes(parts.store, parts.calls, now),
        reports=Reports(parts.store, now),
        specialists=Specialists(parts.store, now, parts.calls),
        tasks=Tasks(parts.store, parts.calls),
        trail=Trail(parts.store, now, parts.calls.plans),
        feed=hub,
        voice_token=token,
        health=HealthCheck(parts.store, parts.redis, now),
        clock=now,
    )


def hub(parts: Core) -> Hub:
    """What the streams of one web process listen to."""
    return Hub(Changes(parts.store, now).look)


def chores(parts: Core, carrier: Carrier, *, lease_seconds: float) -> Chores:
    """What the worker does."""
    return Chores(
        outbox=Outbox(
            parts.store, parts.calls, carrier, now, parts.bell, lease_seconds=lease_seconds
        ),
        reconciler=Reconciler(parts.store, parts.calls, carrier, now),
        specialists=Specialists(parts.store, now, parts.calls),
        housekeeping=Housekeeping(parts.store, now),
    )


def carrier(settings: Settings) -> Carrier:
    """The carrier, or what METLINE_CARRIER_URL puts in its place."""
    return TwilioCarrier(voice_settings(settings))


def _signing(voice: VoiceSettings, settings: Settings) -> VoiceSettings:
    """With a key for access tokens even where a stand-in for the carrier has given none."""
    if voice.api_key_secret:
        return voice
    return replace(
        voice,
        api_key_sid="SK" + "0" * 32,
        api_key_secret=settings.secret_key,
        twiml_app_sid=voice.twiml_app_sid or "AP" + "0" * 32,
    )


def voice_settings(settings: Settings) -> VoiceSettings:
    """The part of the configuration that telephony sees."""
    return VoiceSettings(
        public_url=settings.public_url,
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token,
        api_key_sid=settings.twilio_api_key_sid,
        api_key_secret=settings.twilio_api_key_secret,
        twiml_app_sid=settings.twilio_twiml_app_sid,
        carrier_url=settings.carrier_url or None,
        fallback_url=settings.fallback_url or None,
    )
