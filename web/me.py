"""Oneself: who one is, one's settings, presence and softphone."""

from __future__ import annotations

from handlers.access import Account
from web.asked import Asked, Json
from web.bodies import Preferences, Reason, SetPresence
from web.fields import iso


def get_me(asked: Asked) -> Json:
    """The account that asks."""
    return _shown(asked.account)


def edit_me(asked: Asked) -> Json:
    """One's own language and theme."""
    wanted = asked.read(Preferences)
    changed = asked.services.accounts.update_settings(
        asked.account, language=wanted.language, theme=wanted.theme
    )
    return _shown(changed)


def get_voice_token(asked: Asked) -> Json:
    """A token with which a browser becomes this person's phone."""
    token = asked.services.voice_token(asked.account)
    expires = iso(token.expires_at)
    return {"token": token.token, "identity": token.identity, "expires_at": expires}


def set_presence(asked: Asked) -> Json:
    """What a specialist says of themselves."""
    status = asked.read(SetPresence).status
    return asked.services.specialists.set_presence(asked.account, status)


def release_user(asked: Asked) -> Json:
    """Out of a stuck wrap-up."""
    reason = asked.read(Reason).reason
    user = str(asked.path["user"])
    return asked.services.specialists.release(asked.account, user, reason)


def list_specialists(asked: Asked) -> Json:
    """The specialists of one's agencies, with what they are doing."""
    return {"items": asked.services.specialists.board(asked.account), "next": None}


def _shown(account: Account) -> Json:
    return {
        "id": account.id,
        "email": account.email,
        "name": account.name,
        "role": account.role,
        "agencies": list(account.agencies),
        "languages": list(account.languages),
        "language": account.language,
        "theme": account.theme,
    }
