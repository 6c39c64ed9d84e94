"""Configuration: read once from an environ mapping, refused loudly when wrong."""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from service.faults import Fault

Environ = Mapping[str, str]

NAMES = (
    "METLINE_ENV",
    "METLINE_DATA_DIR",
    "METLINE_PUBLIC_URL",
    "METLINE_SECRET_KEY",
    "METLINE_CONFIG",
    "METLINE_CARRIER_URL",
    "METLINE_FALLBACK_URL",
)
CARRIER_NAMES = {
    "TWILIO_ACCOUNT_SID": re.compile(r"AC\w+"),
    "TWILIO_AUTH_TOKEN": re.compile(r"\S+"),
    "TWILIO_API_KEY_SID": re.compile(r"SK\w+"),
    "TWILIO_API_KEY_SECRET": re.compile(r"\S+"),
    "TWILIO_TWIML_APP_SID": re.compile(r"AP\w+"),
}
STAND_IN_NAMES = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")
SHORTEST_SECRET = 32
MAKE_KEY = "use `openssl rand -hex 32`"
GUESSABLE_SECRET = re.compile(r"(?i)change.?me|default|example|secret.?key|(.)\1{7}")


class ConfigError(Fault):
    """Every fault of the configuration, one line each, saying what to do."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Settings:
    """One process's configuration. An empty URL means: not set, the local part stands in."""

    env: Literal["local", "production"]
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    data_dir: Path
    public_url: str
    secret_key: str = field(repr=False)
    config_file: Path | None
    twilio_account_sid: str
    twilio_auth_token: str = field(repr=False)
    twilio_api_key_sid: str
    twilio_api_key_secret: str = field(repr=False)
    twilio_twiml_app_sid: str
    carrier_url: str
    fallback_url: str
    port: int

    @property
    def production(self) -> bool:
        """True where no local convenience may stand in."""
        return self.env == "production"

    @property
    def needs_sandbox(self) -> bool:
        """True when no carrier is configured, so `metline up` brings its own."""
        return not self.carrier_url and not self.twilio_account_sid


def read(environ: Environ) -> Settings:
    """Settings from environ. Raises ConfigError naming every fault at once."""
    faults = tuple(fault for rule in RULES for fault in rule(environ))
    if faults:
        raise ConfigError(faults)
    port = int(environ.get("PORT") or 8000)
    public_url = environ.get("METLINE_PUBLIC_URL") or f"http://127.0.0.1:{port}"
    config_file = environ.get("METLINE_CONFIG")
    return Settings(
        env="production" if environ.get("METLINE_ENV") == "production" else "local",
        database_url=_one_dialect(environ.get("DATABASE_URL", "")),
        redis_url=environ.get("REDIS_URL", ""),
        data_dir=data_dir(environ),
        public_url=public_url.rstrip("/"),
        secret_key=environ.get("METLINE_SECRET_KEY", ""),
        config_file=Path(config_file) if config_file else None,
        twilio_account_sid=environ.get("TWILIO_ACCOUNT_SID", ""),
        twilio_auth_token=environ.get("TWILIO_AUTH_TOKEN", ""),
        twilio_api_key_sid=environ.get("TWILIO_API_KEY_SID", ""),
        twilio_api_key_secret=environ.get("TWILIO_API_KEY_SECRET", ""),
        twilio_twiml_app_sid=environ.get("TWILIO_TWIML_APP_SID", ""),
        carrier_url=environ.get("METLINE_CARRIER_URL", "").rstrip("/"),
        fallback_url=environ.get("METLINE_FALLBACK_URL", "").rstrip("/"),
        port=port,
    )


def data_dir(environ: Environ) -> Path:
    """Where embedded data lives, absolute."""
    return Path(environ.get("METLINE_DATA_DIR") or ".metline").absolute()


def _one_dialect(url: str) -> str:
    # The one spelling that psycopg and SQLAlchemy 2.1 (psycopg by default) both take.
    return re.sub(r"^postgres(ql\+psycopg)?://", "postgresql://", url)


def _environment(environ: Environ) -> list[str]:
    value = environ.get("METLINE_ENV", "local")
    if value in ("local", "production"):
        return []
    return [f"METLINE_ENV is {value!r}: set it to local or production"]


def _no_strangers(environ: Environ) -> list[str]:
    strangers = sorted(n for n in environ if n.startswith("METLINE_") and n not in NAMES)
    return [f"{name} is not a setting: {_meant(name)}" for name in strangers]


def _meant(name: str) -> str:
    near = difflib.get_close_matches(name, NAMES, n=1)
    return f"did you mean {near[0]}?" if near else "unset it"


def _port(environ: Environ) -> list[str]:
    value = environ.get("PORT") or "8000"
    if re.fullmatch(r"[0-9]{1,5}", value) and 1 <= int(value) <= 65535:
        return []
    return [f"PORT is {value!r}: set it to a number from 1 to 65535"]


def _is_url(value: str, *schemes: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in schemes and parts.port != 0 and bool(parts.netloc)
    except ValueError:
        return False


def _store_urls(environ: Environ) -> list[str]:
    faults = []
    database, redis = environ.get("DATABASE_URL", ""), environ.get("REDIS_URL", "")
    # Never the value: it may hold a password.
    if database and not re.match(r"(postgres|postgresql|postgresql\+psycopg)://", database):
        faults.append(
            "DATABASE_URL is not a PostgreSQL address: use postgresql://USER:PASSWORD@HOST/NAME"
        )
    if redis and not re.match(r"(redis|rediss|unix)://", redis):
        faults.append("REDIS_URL is not a Redis address: use redis://HOST:6379/0")
    return faults


def _web_urls(environ: Environ) -> list[str]:
    faults = []
    for name in ("METLINE_PUBLIC_URL", "METLINE_CARRIER_URL", "METLINE_FALLBACK_URL"):
        value = environ.get(name, "")
        if value and not _is_url(value, "http", "https"):
            faults.append(f"{name} is not a web address: use https://HOST")
        elif urlsplit(value).query or urlsplit(value).fragment:
            faults.append(f"{name} holds a query or fragment: give the base address alone")
    return faults


def _config_file(environ: Environ) -> list[str]:
    value = environ.get("METLINE_CONFIG")
    if not value or Path(value).is_file():
        return []
    return [f"METLINE_CONFIG names {value}, which is not a file: give the path of a YAML file"]


def _secret(environ: Environ) -> list[str]:
    value = environ.get("METLINE_SECRET_KEY", "")
    if value and len(value) < SHORTEST_SECRET:
        return [f"METLINE_SECRET_KEY is shorter than {SHORTEST_SECRET} characters: {MAKE_KEY}"]
    return []


def _carrier(environ: Environ) -> list[str]:
    given = [name for name in CARRIER_NAMES if environ.get(name)]
    # A stand-in for the carrier knows one account and its token, and no softphones of ours.
    needed = STAND_IN_NAMES if environ.get("METLINE_CARRIER_URL") else tuple(CARRIER_NAMES)
    faults = [
        f"{name} is missing while {given[0]} is set: copy it from the carrier's console"
        for name in needed
        if given and not environ.get(name)
    ]
    return faults + [
        f"{name} does not look right: copy it again from the carrier's console"
        for name in given
        if not CARRIER_NAMES[name].fullmatch(environ[name])
    ]


def _production(environ: Environ) -> list[str]:
    if environ.get("METLINE_ENV") != "production":
        return []
    return [f"{fault} (METLINE_ENV is production)" for fault in _unfit_for_production(environ)]


def _unfit_for_production(environ: Environ) -> list[str]:
    needed = ("DATABASE_URL", "REDIS_URL", "METLINE_PUBLIC_URL", "METLINE_SECRET_KEY")
    missing = [n for n in (*needed, "METLINE_FALLBACK_URL") if not environ.get(n)]
    if not any(environ.get(n) for n in CARRIER_NAMES):
        missing += CARRIER_NAMES
    return (
        [f"{name} is missing: set it" for name in missing]
        + [
            f"{name} is a local convenience: unset it"
            for name in ("METLINE_CARRIER_URL", "METLINE_DATA_DIR")
            if environ.get(name)
        ]
        + _unfit_values(environ)
    )


def _unfit_values(environ: Environ) -> list[str]:
    public, fallback = (
        environ.get("METLINE_PUBLIC_URL", ""),
        environ.get("METLINE_FALLBACK_URL", ""),
    )
    faults = [
        f"{name} is not https: the carrier must reach it privately"
        for name, url in (("METLINE_PUBLIC_URL", public), ("METLINE_FALLBACK_URL", fallback))
        if url and urlsplit(url).scheme != "https"
    ]
    if public and urlsplit(public).hostname == urlsplit(fallback).hostname:
        faults.append(
            "METLINE_FALLBACK_URL is on the service's own host: "
            "host it apart, it speaks when we cannot"
        )
    if GUESSABLE_SECRET.search(environ.get("METLINE_SECRET_KEY", "")):
        faults.append(f"METLINE_SECRET_KEY can be guessed: {MAKE_KEY}")
    return faults


RULES: tuple[Callable[[Environ], list[str]], ...] = (
    _environment,
    _no_strangers,
    _port,
    _store_urls,
    _web_urls,
    _config_file,
    _secret,
    _carrier,
    _production,
)
