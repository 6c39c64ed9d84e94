"""Alembic's entry: runs the migrations on the configured address, cautiously."""

from alembic import context
from sqlalchemy import create_engine, pool, text

from models.migrate import is_ours
from models.tables import metadata
from models.urls import driver_url

config = context.config


def run() -> None:
    url = config.get_main_option("sqlalchemy.url")
    assert url, "sqlalchemy.url is set by models.migrate"
    engine = create_engine(driver_url(url), poolclass=pool.NullPool)
    with engine.connect() as connection:
        # A migration that waits for a lock stops every call behind it: rather fail, and retry.
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.execute(text("SET statement_timeout = '300s'"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=metadata,
            compare_type=True,
            compare_server_default=False,
            include_name=is_ours,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
