"""Agencies, lines, destinations and users, applied from one checked document."""

from __future__ import annotations

from typing import Any

from handlers.directory_spec import BadDirectory, DirectorySpec, parse
from models.store import Store
from models.work import Work

__all__ = ["BadDirectory", "DirectorySpec", "apply", "parse"]

Plain = dict[str, Any]

# In this order rows only ever refer to rows that are there already.
_TABLES = ("agencies", "lines", "destinations")
_LABELS = {"agencies": "agency", "lines": "line", "destinations": "destination"}
_KEYS = {"agencies": "key", "lines": "number", "destinations": "key"}
_FIELDS = ("email", "name", "role", "phone", "on_call", "languages")


def apply(store: Store, spec: DirectorySpec) -> list[str]:
    """Make the directory so; returns what changed, in words, [] when nothing did.

    For the agencies it names the document is the whole truth: lines, destinations and people
    that it leaves out are theirs no more. Other agencies are left alone. All of it, or nothing.
    """
    return store.run(lambda work: _apply(work, spec))


def _apply(work: Work, spec: DirectorySpec) -> list[str]:
    work.directory.lock()
    named = {agency["key"] for agency in spec.agencies}
    changes = [change for name in _TABLES for change in _put_rows(work, name, getattr(spec, name))]
    changes += _drop_lines(work, named, spec.lines)
    changes += _pair_destinations(work, named, spec.destination_agencies)
    changes += _put_users(work, spec.users)
    changes += _pair_users(work, named, set(spec.user_agencies))
    changes += _drop_unserved(work)
    if changes:
        work.directory.changed()
    return changes


def _put_rows(work: Work, name: str, rows: tuple[Plain, ...]) -> list[str]:
    key = _KEYS[name]
    before = {row[key]: row for row in work.directory.rows(name)}
    changes = []
    for row in rows:
        if before.get(row[key]) != row:
            work.directory.put(name, row)
            changes.append(_said(f"{_LABELS[name]} {row[key]}", before.get(row[key]), row))
    return changes


def _said(what: str, before: Plain | None, row: Plain) -> str:
    if before is None:
        return f"added {what}"
    fields = ", ".join(name for name, value in row.items() if before.get(name) != value)
    return f"changed {what}: {fields}"


def _drop_lines(work: Work, named: set[str], lines: tuple[Plain, ...]) -> list[str]:
    kept = {line["number"] for line in lines}
    ours = [row for row in work.directory.rows("lines") if row["agency"] in named]
    gone = [row for row in ours if row["number"] not in kept]
    for row in gone:
        work.directory.remove("lines", row)
    return [f"removed line {row['number']}" for row in gone]


def _pair_destinations(work: Work, named: set[str], pairs: tuple[Plain, ...]) -> list[str]:
    rows = work.directory.rows("destination_agencies")
    before = [row for row in rows if row["agency"] in named]
    changes = []
    for pair in (pair for pair in pairs if pair not in before):
        work.directory.add("destination_agencies", pair)
        changes.append(f"destination {pair['destination']} now serves {pair['agency']}")
    for pair in (pair for pair in before if pair not in pairs):
        work.directory.remove("destination_agencies", pair)
        changes.append(f"destination {pair['destination']} no longer serves {pair['agency']}")
    return changes


def _drop_unserved(work: Work) -> list[str]:
    served = {row["destination"] for row in work.directory.rows("destination_agencies")}
    idle = [row for row in work.directory.rows("destinations") if row["key"] not in served]
    for row in idle:
        work.directory.remove("destinations", row)
    members = {row["user_id"] for row in work.directory.rows("user_agencies")}
    users = [row for row in work.directory.rows("users") if row["active"]]
    gone = [row for row in users if row["id"] not in members]
    for row in gone:
        work.directory.retire_user(row["email"])
    removed = [f"removed destination {row['key']}" for row in idle]
    return removed + [f"removed user {row['email']}" for row in gone]


def _put_users(work: Work, users: tuple[Plain, ...]) -> list[str]:
    before = {row["email"]: row for row in work.directory.rows("users") if row["active"]}
    changes = []
    for user in users:
        known = before.get(user["email"])
        if known is None or any(known[name] != user[name] for name in _FIELDS):
            changes.append(_said(f"user {user['email']}", known, user))
            _put_user(work, user)
    return changes


def _put_user(work: Work, user: Plain) -> None:
    user_id = work.directory.put_user({**user, "active": True})
    if user["role"] == "specialist":
        work.directory.add_presence(user_id)


def _pair_users(work: Work, named: set[str], wanted: set[tuple[str, str]]) -> list[str]:
    emails = {str(row["id"]): row["email"] for row in work.directory.rows("users")}
    ids = {email: user_id for user_id, email in emails.items()}
    rows = [row for row in work.directory.rows("user_agencies") if row["agency"] in named]
    before = {(emails[str(row["user_id"])], row["agency"]) for row in rows}
    for email, agency in sorted(wanted - before):
        work.directory.add("user_agencies", {"user_id": ids[email], "agency": agency})
    for email, agency in sorted(before - wanted):
        work.directory.remove("user_agencies", {"user_id": ids[email], "agency": agency})
    added = [f"user {email} joins {agency}" for email, agency in sorted(wanted - before)]
    return added + [f"user {email} leaves {agency}" for email, agency in sorted(before - wanted)]
