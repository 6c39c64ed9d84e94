"""Create users, their tokens and presences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002_people"
down_revision = "0001_directory"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _users()
    _user_agencies()
    _api_tokens()
    _presences()


def downgrade() -> None:
    op.drop_table("presences")
    op.drop_table("api_tokens")
    op.drop_table("user_agencies")
    op.drop_table("users")


def _users() -> None:
    op.create_table(
        "users",
        sa.Column(
            "id",
            sa.UUID(as_uuid=False),
            server_default=sa.text("gen_random_uuid()"),
            nullable=False,
        ),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("on_call", sa.Boolean(), nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("language", sa.Text(), server_default="en", nullable=False),
        sa.Column("theme", sa.Text(), server_default="system", nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email", name="uq_users_email"),
    )


def _user_agencies() -> None:
    op.create_table(
        "user_agencies",
        sa.Column("user_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["agency"], ["agencies.key"], name="fk_user_agencies_agency"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_user_agencies_user_id"),
        sa.PrimaryKeyConstraint("user_id", "agency", name="pk_user_agencies"),
    )
    op.create_index("ix_user_agencies_agency", "user_agencies", ["agency"], unique=False)


def _api_tokens() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("user_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=False),
        sa.Column("last_used_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.Column("revoked_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_api_tokens_user_id"),
        sa.PrimaryKeyConstraint("hash", name="pk_api_tokens"),
    )
    op.create_index("ix_api_tokens_prefix", "api_tokens", ["prefix"], unique=False)
    op.create_index("ix_api_tokens_user_id", "api_tokens", ["user_id"], unique=False)


def _presences() -> None:
    op.create_table(
        "presences",
        sa.Column("user_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("asked", sa.Text(), server_default="offline", nullable=False),
        sa.Column("heartbeat_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.Column("ringing_call", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("on_call", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("wrap_up_call", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("idle_since", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.Column("offered_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_presences_user_id"),
        sa.PrimaryKeyConstraint("user_id", name="pk_presences"),
    )
