"""The carrier's resources as JSON."""

from __future__ import annotations

from typing import Any

from sandbox.calls import Call
from sandbox.directory import Voice
from sandbox.parameters import duration, rfc2822
from sandbox.rooms import Participant, Room
from sandbox.settings import API_VERSION


def base(account_sid: str) -> str:
    return f"/{API_VERSION}/Accounts/{account_sid}"


def call_json(call: Call) -> dict[str, Any]:
    uri = f"{base(call.account_sid)}/Calls/{call.sid}"
    return {
        "sid": call.sid,
        "account_sid": call.account_sid,
        "parent_call_sid": call.parent_sid,
        "to": call.to,
        "to_formatted": call.to,
        "from": call.from_,
        "from_formatted": call.from_,
        "phone_number_sid": None,
        "status": "queued" if call.status == "initiated" else call.status,
        "direction": call.direction,
        "date_created": rfc2822(call.created),
        "date_updated": rfc2822(call.updated),
        "start_time": _time(call.answered_at),
        "end_time": _time(call.ended_at),
        "duration": str(duration(call)) if call.ended else None,
        "price": None,
        "price_unit": "USD",
        "answered_by": None,
        "api_version": API_VERSION,
        "forwarded_from": None,
        "group_sid": None,
        "caller_name": None,
        "queue_time": "0",
        "trunk_sid": None,
        "uri": f"{uri}.json",
        "subresource_uris": {"notifications": f"{uri}/Notifications.json"},
    }


def room_json(room: Room, account_sid: str) -> dict[str, Any]:
    uri = f"{base(account_sid)}/Conferences/{room.sid}"
    return {
        "sid": room.sid,
        "account_sid": account_sid,
        "friendly_name": room.name,
        "status": room.status,
        "region": room.region or "us1",
        "api_version": API_VERSION,
        "date_created": rfc2822(room.created),
        "date_updated": rfc2822(room.updated or room.created),
        "reason_conference_ended": room.reason,
        "call_sid_ending_conference": room.ended_by,
        "uri": f"{uri}.json",
        "subresource_uris": {"participants": f"{uri}/Participants.json"},
    }


def participant_json(participant: Participant) -> dict[str, Any]:
    call, room = participant.call, participant.room
    uri = f"{base(call.account_sid)}/Conferences/{room.sid}/Participants/{call.sid}.json"
    return {
        "account_sid": call.account_sid,
        "call_sid": call.sid,
        "conference_sid": room.sid,
        "label": participant.label or None,
        "muted": participant.muted,
        "hold": participant.hold,
        "coaching": participant.coaching,
        "call_sid_to_coach": participant.coach or None,
        "start_conference_on_enter": participant.start_on_enter,
        "end_conference_on_exit": participant.end_on_exit,
        "status": participant.status,
        "queue_time": "0",
        "date_created": rfc2822(participant.created),
        "date_updated": rfc2822(participant.updated),
        "uri": uri,
    }


def _voice_json(voice: Voice, account_sid: str) -> dict[str, Any]:
    return {
        "sid": voice.sid,
        "account_sid": account_sid,
        "friendly_name": voice.friendly_name,
        "api_version": API_VERSION,
        "voice_url": voice.voice_url or None,
        "voice_method": voice.voice_method,
        "voice_fallback_url": voice.voice_fallback_url or None,
        "voice_fallback_method": voice.voice_fallback_method,
        "status_callback": voice.status_callback or None,
        "status_callback_method": voice.status_callback_method,
        "voice_caller_id_lookup": voice.voice_caller_id_lookup,
        "date_created": rfc2822(voice.created),
        "date_updated": rfc2822(voice.updated),
        "sms_url": None,
        "sms_method": "POST",
        "sms_fallback_url": None,
        "sms_fallback_method": "POST",
    }


def number_json(voice: Voice, account_sid: str) -> dict[str, Any]:
    return _voice_json(voice, account_sid) | {
        "phone_number": voice.phone_number,
        "voice_application_sid": voice.voice_application_sid or None,
        "sms_application_sid": None,
        "capabilities": {"voice": True, "sms": False, "mms": False, "fax": False},
        "address_requirements": "none",
        "address_sid": None,
        "beta": False,
        "origin": "twilio",
        "identity_sid": None,
        "trunk_sid": None,
        "bundle_sid": None,
        "emergency_status": "Inactive",
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "voice_receive_mode": "voice",
        "status": "in-use",
        "uri": f"{base(account_sid)}/IncomingPhoneNumbers/{voice.sid}.json",
    }


def application_json(voice: Voice, account_sid: str) -> dict[str, Any]:
    return _voice_json(voice, account_sid) | {
        "sms_status_callback": None,
        "message_status_callback": None,
        "public_application_connect_enabled": False,
        "uri": f"{base(account_sid)}/Applications/{voice.sid}.json",
    }


def _time(moment: float | None) -> str | None:
    return None if moment is None else rfc2822(moment)
