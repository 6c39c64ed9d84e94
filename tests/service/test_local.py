"""What a local installation keeps in its data folder."""

import stat
from pathlib import Path

import pytest

from service import local
from service.faults import Fault


def environ(folder: Path) -> dict[str, str]:
    return {"METLINE_DATA_DIR": str(folder)}


def test_secrets_are_made_once_and_kept_private(tmp_path: Path) -> None:
    first = local.settings(environ(tmp_path))
    second = local.settings(environ(tmp_path))
    assert first == second
    assert len(first.secret_key) == 64
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_secrets_that_cannot_be_read_say_so_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").mkdir()
    with pytest.raises(Fault, match=r"cannot read .*secrets\.json .*run as its owner"):
        local.settings(environ(tmp_path))


def test_two_installations_share_no_secret(tmp_path: Path) -> None:
    one, other = (local.settings(environ(tmp_path / name)) for name in ("one", "other"))
    assert one.secret_key != other.secret_key
    assert local.demo_password(tmp_path / "one") != local.demo_password(tmp_path / "other")


def test_what_is_set_wins_over_what_is_kept(tmp_path: Path) -> None:
    key = "f" * 8 + "0123456789abcdef" * 2
    assert local.settings(environ(tmp_path) | {"METLINE_SECRET_KEY": key}).secret_key == key


def test_a_real_carrier_is_never_mixed_with_the_sandbox_account(tmp_path: Path) -> None:
    account = {
        "TWILIO_ACCOUNT_SID": "AC1",
        "TWILIO_AUTH_TOKEN": "t",
        "TWILIO_API_KEY_SID": "SK1",
        "TWILIO_API_KEY_SECRET": "s",
        "TWILIO_TWIML_APP_SID": "AP1",
    }
    settings = local.settings(environ(tmp_path) | account)
    assert (settings.twilio_account_sid, settings.carrier_url) == ("AC1", "")


def test_without_a_carrier_no_command_ever_reaches_the_real_one(tmp_path: Path) -> None:
    assert local.settings(environ(tmp_path)).carrier_url == "http://127.0.0.1:8001"


def test_a_second_terminal_finds_the_running_service(tmp_path: Path) -> None:
    with local.locked(tmp_path):
        local.announce(tmp_path, {"DATABASE_URL": "postgresql://u@/d?host=/run", "PORT": "9009"})
        found = local.settings(environ(tmp_path))
        assert (found.database_url, found.port) == ("postgresql://u@/d?host=/run", 9009)
        assert stat.S_IMODE((tmp_path / "run.json").stat().st_mode) == 0o600


def test_addresses_that_a_killed_service_left_behind_are_not_believed(tmp_path: Path) -> None:
    with local.locked(tmp_path):
        local.announce(tmp_path, {"DATABASE_URL": "postgresql://u@/gone"})
    assert local.settings(environ(tmp_path)).database_url == ""


def test_the_second_user_of_a_folder_is_told_what_to_do_in_one_line(tmp_path: Path) -> None:
    with local.locked(tmp_path), pytest.raises(Fault) as refusal, local.locked(tmp_path):
        pass
    assert "already runs" in str(refusal.value)
    assert "METLINE_DATA_DIR" in str(refusal.value)
    assert len(str(refusal.value).splitlines()) == 1


def test_a_folder_is_free_again_after_its_user_left(tmp_path: Path) -> None:
    with local.locked(tmp_path):
        pass
    with local.locked(tmp_path):
        pass


def test_a_folder_that_cannot_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Fault, match="set METLINE_DATA_DIR"):
        local.settings(environ(tmp_path / "file" / "below"))
