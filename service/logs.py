"""Structured logs: one line per event, allow-listed fields, nothing that names a person.

Log with `log.info("offer lapsed", extra={"call": call_id, "ms": 12})`; a field that is not
in FIELDS is dropped, and whatever looks like a phone number or an email is masked.
"""

import json
import logging
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TextIO

FIELDS = ("event", "request", "call", "leg", "kind", "ms", "status", "reason")

# Seven digits on, in any dress: +1 (661) 555-0110; but neither a date nor a network address.
NOT_PHONE = r"(?!\d{4}-\d\d-\d\d(?!\d))(?!\d{1,3}(?:\.\d{1,3}){3}(?![\w.]))"
DRESSED = r"\+?\(?\d(?:[\s().-]{0,2}\d){6,14}(?![\w:-])"
PHONE = re.compile(rf"(?<![\w.:-]){NOT_PHONE}{DRESSED}|\+\d{{6,15}}|%2B\d{{6,15}}")
EMAIL = re.compile(r"[\w.+%-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+")
QUERY = re.compile(r"(?<=[\w/])\?[^\s\"']+")


def masked(text: str) -> str:
    """text without query strings, emails and phone numbers."""
    return PHONE.sub("<phone>", EMAIL.sub("<email>", QUERY.sub("?<query>", text)))


def _field(value: object) -> object:
    return value if isinstance(value, bool | int | float) or value is None else masked(str(value))


def _fields(record: logging.LogRecord) -> dict[str, object]:
    return {name: _field(getattr(record, name)) for name in FIELDS if hasattr(record, name)}


def _where(record: logging.LogRecord) -> str:
    """The exception as types and lines only: its text may quote a row or a request."""
    if not record.exc_info or record.exc_info[1] is None:
        return ""
    error, trace = record.exc_info[1], record.exc_info[2]
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    at = f" at {trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{at}"


class JsonLines(logging.Formatter):
    """One JSON object per line: at, level, logger, message, then the allowed fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its newline."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": masked(record.getMessage()),
            **_fields(record),
        }
        if where := _where(record):
            line["error"] = where
        return json.dumps(line, ensure_ascii=False)


class PlainLines(logging.Formatter):
    """The same facts for a person at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its newline."""
        at = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        fields = "".join(f" {name}={value}" for name, value in _fields(record).items())
        where = _where(record)
        tail = f" [{where}]" if where else ""
        return f"{at} {record.levelname.lower():7} {masked(record.getMessage())}{fields}{tail}"


def name_requests(current: Callable[[], str | None]) -> None:
    """Put `current()`, the id of the request in hand, on every line written while there is one."""

    def named(record: logging.LogRecord) -> bool:
        if not hasattr(record, "request") and (request := current()):
            record.request = request
        return True

    for handler in logging.getLogger().handlers:
        handler.addFilter(named)


def configure(stream: TextIO | None = None, *, level: int = logging.INFO) -> None:
    """Send every logger of this process to stream (default stderr), once."""
    target = stream or sys.stderr
    handler = logging.StreamHandler(target)
    handler.setFormatter(PlainLines() if target.isatty() else JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # These write numbers, URLs and bodies at INFO and below.
    for chatty in (
        "twilio",
        "urllib3",
        "werkzeug",
        "rq",
        "sqlalchemy",
        "alembic",
        "aiohttp.access",
    ):
        logging.getLogger(chatty).setLevel(logging.WARNING)
