"""Postgres and Valkey from their wheels, started and stopped with the command that needs them."""

from service.embedded.postgres import EmbeddedPostgres
from service.embedded.valkey import EmbeddedValkey

__all__ = ["EmbeddedPostgres", "EmbeddedValkey"]
