"""Create agencies, their lines and destinations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001_directory"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _agencies()
    _lines()
    _destinations()
    _destination_agencies()
    _config_version()
    op.execute("INSERT INTO config_version (singleton, version) VALUES (true, 1)")


def downgrade() -> None:
    op.drop_table("config_version")
    op.drop_table("destination_agencies")
    op.drop_table("destinations")
    op.drop_table("lines")
    op.drop_table("agencies")


def _agencies() -> None:
    op.create_table(
        "agencies",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("fiscal_year_starts", sa.Integer(), nullable=False),
        sa.Column("dispatch_number", sa.Text(), nullable=False),
        sa.Column("fallback_number", sa.Text(), nullable=False),
        sa.Column("prompts", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("ring_strategy", sa.Text(), nullable=False),
        sa.Column("ring_seconds", sa.Integer(), nullable=False),
        sa.Column("overflow", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("menu", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_agencies"),
    )


def _lines() -> None:
    op.create_table(
        "lines",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["agency"], ["agencies.key"], name="fk_lines_agency"),
        sa.PrimaryKeyConstraint("number", name="pk_lines"),
    )
    op.create_index("ix_lines_agency", "lines", ["agency"], unique=False)


def _destinations() -> None:
    op.create_table(
        "destinations",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("numbers", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("accept", sa.Text(), nullable=False),
        sa.Column("hold", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_destinations"),
    )


def _destination_agencies() -> None:
    op.create_table(
        "destination_agencies",
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency"], ["agencies.key"], name="fk_destination_agencies_agency"
        ),
        sa.ForeignKeyConstraint(
            ["destination"],
            ["destinations.key"],
            name="fk_destination_agencies_destination",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("destination", "agency", name="pk_destination_agencies"),
    )
    op.create_index(
        "ix_destination_agencies_agency", "destination_agencies", ["agency"], unique=False
    )


def _config_version() -> None:
    op.create_table(
        "config_version",
        sa.Column("singleton", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("singleton", name="ck_config_version_one_row"),
        sa.PrimaryKeyConstraint("singleton", name="pk_config_version"),
    )
