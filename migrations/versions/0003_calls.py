"""Create calls, their events and the words beside them."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from models.partitions import ensure_months

revision = "0003_calls"
down_revision = "0002_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _calls()
    _call_indexes()
    _call_events()
    _call_legs()
    _call_context()
    _outcomes()
    _outcome_drafts()
    _tasks()
    _callback_attempts()
    _append_only()
    _months()


def downgrade() -> None:
    op.drop_table("callback_attempts")
    op.drop_table("tasks")
    op.drop_table("outcome_drafts")
    op.drop_table("outcomes")
    op.drop_table("call_context")
    op.drop_table("call_legs")
    op.drop_table("call_events")
    op.drop_table("calls")
    op.execute("DROP FUNCTION call_events_append_only()")


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", postgresql.JSONB(), nullable=False),
        sa.Column("sids", postgresql.JSONB(), nullable=False),
        sa.Column("conference_sid", sa.Text(), nullable=True),
        sa.Column("caller_sid", sa.Text(), nullable=False),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("checked_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.Column("incident_number", sa.Text(), nullable=True),
        sa.Column("caller_number", sa.Text(), nullable=True),
        sa.Column("caller_masked", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("disposition", sa.Text(), nullable=True),
        sa.Column("alarm", sa.Text(), nullable=True),
        sa.Column("specialist", sa.Text(), nullable=True),
        sa.Column("requested", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "specialist_joined", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        sa.Column("law_arrived", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_calls"),
        sa.UniqueConstraint("caller_sid", name="uq_calls_caller_sid"),
        postgresql_with={"fillfactor": 85, "autovacuum_vacuum_scale_factor": 0.02},
    )


def _call_indexes() -> None:
    op.create_index(
        "ix_calls_closed",
        "calls",
        ["closed_at"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NOT NULL"),
    )
    op.create_index("ix_calls_newest", "calls", ["opened_at", "id"], unique=False)
    op.create_index(
        "ix_calls_incident",
        "calls",
        ["incident_number"],
        unique=False,
        postgresql_ops={"incident_number": "text_pattern_ops"},
        postgresql_where=sa.text("incident_number IS NOT NULL"),
    )
    op.create_index(
        "ix_calls_open",
        "calls",
        ["agency"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_calls_page", "calls", ["agency", "opened_at", "id"], unique=False)
    op.create_index(
        "ix_calls_report",
        "calls",
        ["agency", "opened_at"],
        unique=False,
        postgresql_include=[
            "outcome",
            "disposition",
            "requested",
            "specialist_joined",
            "law_arrived",
            "closed_at",
        ],
        postgresql_where=sa.text("NOT drill"),
    )


def _call_events() -> None:
    op.create_table(
        "call_events",
        sa.Column("call_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("leg", sa.Integer(), nullable=True),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", "seq", name="pk_call_events"),
        postgresql_partition_by="RANGE (call_id)",
    )


def _call_legs() -> None:
    op.create_table(
        "call_legs",
        sa.Column("sid", sa.Text(), nullable=False),
        sa.Column("call_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("leg", sa.Integer(), nullable=False),
        sa.Column("guessed", sa.Boolean(), nullable=False),
        sa.Column("bound_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_call_legs_call_id"),
        sa.PrimaryKeyConstraint("sid", name="pk_call_legs"),
    )
    op.create_index("ix_call_legs_call_id_leg", "call_legs", ["call_id", "leg"], unique=False)


def _call_context() -> None:
    op.create_table(
        "call_context",
        sa.Column("call_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("caller", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("weapons", postgresql.JSONB(), nullable=True),
        sa.Column("officers", postgresql.JSONB(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("callback_number", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_call_context_call_id"),
        sa.PrimaryKeyConstraint("call_id", name="pk_call_context"),
    )


def _outcomes() -> None:
    op.create_table(
        "outcomes",
        sa.Column("call_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("submitted_by", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_outcomes_call_id"),
        sa.PrimaryKeyConstraint("call_id", "n", name="pk_outcomes"),
    )


def _outcome_drafts() -> None:
    op.create_table(
        "outcome_drafts",
        sa.Column("call_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("user_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("saved_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("body", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_outcome_drafts_call_id"),
        sa.PrimaryKeyConstraint("call_id", "user_id", name="pk_outcome_drafts"),
    )


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("call_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=True),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_tasks_call_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tasks"),
    )
    op.create_index("ix_tasks_call_id", "tasks", ["call_id"], unique=False)
    op.create_index(
        "ix_tasks_open",
        "tasks",
        ["task"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def _callback_attempts() -> None:
    op.create_table(
        "callback_attempts",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("call_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("user_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_callback_attempts_call_id"),
        sa.PrimaryKeyConstraint("id", name="pk_callback_attempts"),
    )
    op.create_index("ix_callback_attempts_call_id", "callback_attempts", ["call_id"], unique=False)


def _append_only() -> None:
    op.execute(
        """
        CREATE FUNCTION call_events_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'call_events is append-only: % is refused', TG_OP
                USING ERRCODE = 'restrict_violation';
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON call_events "
        "FOR EACH ROW EXECUTE FUNCTION call_events_append_only()"
    )
    op.execute(
        "CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON call_events "
        "FOR EACH STATEMENT EXECUTE FUNCTION call_events_append_only()"
    )


def _months() -> None:
    op.execute("CREATE TABLE call_events_default PARTITION OF call_events DEFAULT")
    ensure_months(op.get_bind(), datetime.now(UTC).date())
