"""Configuration is read once and refused loudly."""

from pathlib import Path

import pytest

from service.config import ConfigError, read

PRODUCTION = {
    "METLINE_ENV": "production",
    "DATABASE_URL": "postgres://metline:hunter2@db.internal/metline",
    "REDIS_URL": "rediss://:hunter3@redis.internal:6379/0",
    "METLINE_PUBLIC_URL": "https://met.county.gov/",
    "METLINE_SECRET_KEY": "9f2c7d1b8e4a6035c1d7e9b2f4a8063d",
    "METLINE_FALLBACK_URL": "https://static.county.gov/metline",
    "TWILIO_ACCOUNT_SID": "AC0123456789abcdef0123456789abcdef",
    "TWILIO_AUTH_TOKEN": "fedcba98765432100123456789abcdef",
    "TWILIO_API_KEY_SID": "SK0123456789abcdef0123456789abcdef",
    "TWILIO_API_KEY_SECRET": "keysecretkeysecretkeysecret",
    "TWILIO_TWIML_APP_SID": "AP0123456789abcdef0123456789abcdef",
}


def faults(environ: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as refusal:
        read(environ)
    return refusal.value.faults


def test_nothing_set_means_local_with_embedded_stores_and_the_sandbox() -> None:
    settings = read({})
    assert (settings.env, settings.port) == ("local", 8000)
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.data_dir == Path.cwd() / ".metline"
    assert settings.needs_sandbox
    assert (settings.database_url, settings.redis_url) == ("", "")


def test_the_public_url_follows_the_port() -> None:
    assert read({"PORT": "9001"}).public_url == "http://127.0.0.1:9001"


def test_an_empty_value_is_an_unset_one() -> None:
    assert read(dict.fromkeys(PRODUCTION, "") | {"METLINE_ENV": "local", "PORT": ""}) == read({})


def test_a_complete_production_environment_is_taken() -> None:
    settings = read(PRODUCTION)
    assert settings.production
    assert not settings.needs_sandbox
    assert settings.public_url == "https://met.county.gov"


@pytest.mark.parametrize("spelling", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgres_becomes_the_one_that_all_libraries_take(spelling: str) -> None:
    assert read({"DATABASE_URL": f"{spelling}://u@h/d"}).database_url == "postgresql://u@h/d"


def test_no_secret_shows_in_the_representation() -> None:
    shown = repr(read(PRODUCTION))
    for name in ("SECRET_KEY", "AUTH_TOKEN", "API_KEY_SECRET"):
        secret = next(value for key, value in PRODUCTION.items() if key.endswith(name))
        assert secret not in shown
    assert "hunter" not in shown


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("METLINE_ENV", "prod", "set it to local or production"),
        ("PORT", "http", "number from 1 to 65535"),
        ("PORT", "0", "number from 1 to 65535"),
        ("PORT", "70000", "number from 1 to 65535"),
        ("DATABASE_URL", "mysql://root@h/d", "use postgresql://"),
        ("REDIS_URL", "localhost:6379", "use redis://"),
        ("METLINE_PUBLIC_URL", "met.county.gov", "use https://HOST"),
        ("METLINE_PUBLIC_URL", "https://h:port", "use https://HOST"),
        ("METLINE_CARRIER_URL", "ftp://h", "use https://HOST"),
        ("METLINE_FALLBACK_URL", "https://h/?a=b", "give the base address alone"),
        ("METLINE_CONFIG", "/no/such.yaml", "not a file"),
        ("METLINE_SECRET_KEY", "short", "openssl rand -hex 32"),
        # A misspelt name would otherwise be silently ignored.
        ("METLINE_PUBLIC_ULR", "https://h", "did you mean METLINE_PUBLIC_URL?"),
    ],
)
def test_a_wrong_value_is_refused_with_what_to_do(name: str, value: str, told: str) -> None:
    (fault,) = faults({name: value})
    assert fault.startswith(name)
    assert told in fault


def test_half_of_the_carrier_account_is_refused_naming_each_missing_half() -> None:
    told = faults({"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t"})
    assert [line.split()[0] for line in told] == [
        "TWILIO_API_KEY_SID",
        "TWILIO_API_KEY_SECRET",
        "TWILIO_TWIML_APP_SID",
    ]


def test_a_key_in_the_place_of_the_account_is_refused() -> None:
    (fault,) = faults(PRODUCTION | {"TWILIO_ACCOUNT_SID": "SK0123"})
    assert fault.startswith("TWILIO_ACCOUNT_SID does not look right")


def test_every_fault_is_listed_at_once_one_line_each() -> None:
    with pytest.raises(ConfigError) as refusal:
        read({"PORT": "x", "METLINE_ENV": "x", "REDIS_URL": "x"})
    assert len(str(refusal.value).splitlines()) == 3


def test_no_fault_repeats_an_address_that_may_hold_a_password() -> None:
    told = faults({"DATABASE_URL": "mysql://root:hunter2@h/d", "REDIS_URL": "http://:hunter3@h"})
    assert "hunter" not in "".join(told)


@pytest.mark.parametrize(
    "name",
    [name for name in PRODUCTION if name != "METLINE_ENV"],
)
def test_production_refuses_to_start_without(name: str) -> None:
    environ = {key: value for key, value in PRODUCTION.items() if key != name}
    assert any(fault.startswith(name) for fault in faults(environ))


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("METLINE_CARRIER_URL", "https://double.example.org", "local convenience"),
        ("METLINE_DATA_DIR", "/srv/metline", "local convenience"),
        ("METLINE_PUBLIC_URL", "http://met.county.gov", "not https"),
        ("METLINE_FALLBACK_URL", "http://static.county.gov", "not https"),
        ("METLINE_FALLBACK_URL", "https://met.county.gov/fallback", "host it apart"),
        ("METLINE_SECRET_KEY", "changeme" * 4, "can be guessed"),
        ("METLINE_SECRET_KEY", "0" * 40, "can be guessed"),
    ],
)
def test_production_refuses_each_local_convenience(name: str, value: str, told: str) -> None:
    (fault,) = faults(PRODUCTION | {name: value})
    assert fault.startswith(name)
    assert told in fault
    assert "production" in fault
