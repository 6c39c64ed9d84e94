"""Database addresses."""

from __future__ import annotations

from sqlalchemy import make_url


def driver_url(url: str) -> str:
    """The address with the driver this project uses."""
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
