"""What went wrong below, as problems: one table."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from handlers import errors as e
from models.errors import Contended
from routing.decide import Refused
from web import problems
from web.problems import FieldFault, Problem
from web.services import Crowded

log = logging.getLogger("metline.web")

WAIT = {"Retry-After": "1"}


def _invalid(error: e.Invalid) -> Problem:
    return problems.invalid(*(FieldFault(path, reason) for path, reason in error.fields))


def _later(reason: str) -> Problem:
    return Problem(503, "unavailable", reason, headers=WAIT)


def _sentence(error: Exception) -> str:
    said = str(error).strip() or "This cannot be done."
    return said[0].upper() + said[1:].removesuffix(".") + "."


PROBLEMS: tuple[tuple[type[Exception], Callable[..., Problem]], ...] = (
    (Problem, lambda problem: problem),
    (Refused, lambda error: problems.refused(error.reason)),
    (e.Stale, lambda error: problems.refused(_sentence(error))),
    (e.NotFound, lambda _error: problems.not_found()),
    (e.Forbidden, lambda error: problems.forbidden(_sentence(error))),
    (e.Invalid, _invalid),
    (e.Unavailable, lambda _error: _later("The database does not answer: nothing was changed.")),
    (Contended, lambda _error: _later("Too many press at once: nothing was changed.")),
    (Crowded, lambda _error: _later("Too many streams are open.")),
    (HTTPException, problems.from_http),
)


def problem_of(error: Exception) -> Problem:
    """The problem that an error is; an unknown one is told to the log and to nobody else."""
    for kind, told in PROBLEMS:
        if isinstance(error, kind):
            return told(error)
    log.error("request failed", exc_info=error, extra={"event": "request_failed"})
    return Problem(500, "failed", "Something went wrong here; it has been recorded.")


def install(app: Flask) -> None:
    """Answer every error of the application with its problem."""

    def answer(error: Exception) -> Response:
        return problem_of(error).response()

    app.register_error_handler(Exception, answer)
