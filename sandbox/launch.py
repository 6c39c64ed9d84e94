"""The command line; what it leaves open is taken from the product's own environment names."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sandbox.settings import Account

_HERE = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Launch:
    account: Account
    host: str
    port: int
    routes: dict[str, str]
    applications: tuple[str, ...]


def read_launch(arguments: Sequence[str] | None, environ: Mapping[str, str]) -> Launch:
    given = _parser(environ).parse_args(arguments)
    if not given.account_sid or not given.auth_token:
        raise SystemExit("--account-sid and --auth-token (or TWILIO_… variables) are required")
    keys = [_pair(each, ":") for each in given.api_key]
    if key := environ.get("TWILIO_API_KEY_SID"):
        keys.append((key, environ.get("TWILIO_API_KEY_SECRET", "")))
    return Launch(
        account=Account(given.account_sid, given.auth_token, tuple(keys)),
        host=given.host,
        port=given.port,
        routes=_public_route(environ) | dict(_pair(each, "=") for each in given.route),
        applications=tuple(each for each in given.application if each),
    )


def _parser(environ: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", choices=_HERE)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--account-sid", default=environ.get("TWILIO_ACCOUNT_SID", ""))
    parser.add_argument("--auth-token", default=environ.get("TWILIO_AUTH_TOKEN", ""))
    parser.add_argument("--api-key", action="append", default=[], metavar="SID:SECRET")
    parser.add_argument(
        "--application",
        action="append",
        default=[environ.get("TWILIO_TWIML_APP_SID", "")],
        metavar="SID",
        help="a TwiML application that exists from the start",
    )
    parser.add_argument(
        "--route",
        action="append",
        default=[],
        metavar="PUBLIC=ACTUAL",
        help="callbacks to the PUBLIC base URL go to ACTUAL on this machine",
    )
    return parser


def _public_route(environ: Mapping[str, str]) -> dict[str, str]:
    """A public name in front of a local product, as behind a proxy, leads to its port."""
    public, port = environ.get("METLINE_PUBLIC_URL", ""), environ.get("PORT", "8000")
    if not public or urlsplit(public).hostname in _HERE:
        return {}
    return {public.rstrip("/"): f"http://127.0.0.1:{port}"}


def _pair(text: str, separator: str) -> tuple[str, str]:
    name, found, value = text.partition(separator)
    if not found:
        raise SystemExit(f"{text!r} has no {separator!r}")
    return name, value
