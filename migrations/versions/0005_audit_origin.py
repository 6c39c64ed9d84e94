"""Say in the audit from where somebody asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_audit_origin"
down_revision = "0004_work"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("audit", sa.Column("origin", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("audit", "origin")
