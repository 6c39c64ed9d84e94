"""Every migration goes up, down and up again over data, and builds what the models say."""

import psycopg
import pytest

from models import migrate
from models.errors import DatabaseTooNew

CALL = "01980000-0000-7000-8000-000000000001"
DATA = f"""
    INSERT INTO agencies VALUES ('a', 'A', 'UTC', 7, '+16615550100', '+16615550199', '{{en}}',
        'simultaneous', 15, '{{}}', '{{}}');
    INSERT INTO lines VALUES ('+16615550110', 'a', 'direct', false);
    INSERT INTO destinations VALUES ('d', 'lifeline', 'D', '{{+16615550180}}', 'attended', true);
    INSERT INTO destination_agencies VALUES ('d', 'a');
    INSERT INTO users (email, name, role, on_call, languages)
        VALUES ('maria@example.org', 'Maria', 'specialist', false, '{{en}}');
    INSERT INTO user_agencies SELECT id, 'a' FROM users;
    INSERT INTO presences (user_id) SELECT id FROM users;
    INSERT INTO api_tokens SELECT 'h', id, 'mtl_', '', now() FROM users;
    INSERT INTO calls (id, agency, line, entry, drill, stage, version, state, sids, caller_sid,
                       opened_at, changed_at)
        VALUES ('{CALL}', 'a', '+16615550110', 'direct', false, 'menu', 1, '{{}}', '{{}}', 'CA1',
                now(), now());
    INSERT INTO call_events VALUES ('{CALL}', 1, now(), 'call_arrived', 'caller', 1, '{{}}');
    INSERT INTO call_legs VALUES ('CA1', '{CALL}', 1, false, now());
    INSERT INTO call_context (call_id, caller) VALUES ('{CALL}', 'x');
    INSERT INTO outcomes SELECT '{CALL}', 1, id, now(), 'R01', '{{}}' FROM users;
    INSERT INTO outcome_drafts SELECT '{CALL}', id, now(), '{{}}' FROM users;
    INSERT INTO tasks (call_id, task, opened_at) VALUES ('{CALL}', 'callback', now());
    INSERT INTO callback_attempts (call_id, user_id, at, result)
        SELECT '{CALL}', id, now(), 'reached' FROM users;
    INSERT INTO outbox (call_id, leg, kind, payload, created_at, due_at)
        VALUES ('{CALL}', 1, 'dial', '{{}}', now(), now());
    INSERT INTO webhook_receipts VALUES ('k', '{CALL}', now());
    INSERT INTO idempotency_keys (user_id, key, request, at) SELECT id, 'k', 'r', now() FROM users;
    INSERT INTO audit (at, action, result) VALUES (now(), 'sign-in', 'done');
    INSERT INTO heartbeats VALUES ('worker', now());
"""  # noqa: S608 - constants only
REVISIONS = (
    "0005_audit_origin",
    "0004_work",
    "0003_calls",
    "0002_people",
    "0001_directory",
    "base",
)


def test_migrations_build_what_the_models_say(empty_url: str) -> None:
    migrate.upgrade(empty_url)
    assert migrate.check(empty_url) == []
    assert migrate.current(empty_url)


def test_a_difference_from_the_models_is_told(empty_url: str) -> None:
    migrate.upgrade(empty_url)
    with psycopg.connect(empty_url) as connection:
        connection.execute("ALTER TABLE calls DROP COLUMN alarm")
    assert "alarm" in str(migrate.check(empty_url))


@pytest.mark.parametrize("revision", REVISIONS[1:])
def test_every_step_goes_down_over_data_and_up_again(empty_url: str, revision: str) -> None:
    migrate.upgrade(empty_url)
    with psycopg.connect(empty_url) as connection:
        connection.execute(DATA)
    migrate.downgrade(empty_url, revision)
    assert migrate.revisions(empty_url) == (() if revision == "base" else (revision,))
    migrate.upgrade(empty_url)
    assert migrate.check(empty_url) == []


def test_upgrading_again_changes_nothing_and_keeps_the_data(empty_url: str) -> None:
    migrate.upgrade(empty_url)
    with psycopg.connect(empty_url) as connection:
        connection.execute(DATA)
    migrate.upgrade(empty_url)
    with psycopg.connect(empty_url) as connection:
        assert connection.execute("SELECT count(*) FROM call_events").fetchone() == (1,)


def test_a_database_of_a_newer_version_is_left_alone(empty_url: str) -> None:
    migrate.upgrade(empty_url)
    with psycopg.connect(empty_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999_future'")
    with pytest.raises(DatabaseTooNew, match="9999_future"):
        migrate.upgrade(empty_url)
    assert migrate.revisions(empty_url) == ("9999_future",)


def test_a_migration_gives_up_on_a_lock_instead_of_holding_up_the_calls(empty_url: str) -> None:
    migrate.upgrade(empty_url)
    with psycopg.connect(empty_url) as reader:
        reader.execute("SELECT 1 FROM audit")
        with pytest.raises(Exception, match="lock timeout"):
            migrate.downgrade(empty_url, "0003_calls")
    assert migrate.current(empty_url)
