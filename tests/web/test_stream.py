"""The event stream tells that something changed, to those whose agency it is, and nothing more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from queue import Queue
from threading import Thread
from typing import Any

import requests

from service.embedded import EmbeddedValkey
from tests.web import stage
from tests.web.stage import CALLER, DIRECT, SHERIFF, Person, World

PATIENCE_SECONDS = 30


class Heard:
    """Reads a stream in a thread, so that a test can act while it is open."""

    def __init__(self, person: Person) -> None:
        self.all: list[tuple[str, Any]] = []
        self._queue: Queue[tuple[str, Any]] = Queue()
        Thread(target=self._read, args=(person,), daemon=True).start()

    def _read(self, person: Person) -> None:
        # The service ends streams when it stops.
        with suppress(requests.RequestException):
            for event in person.events():
                self._queue.put(event)

    def until(self, name: str, **wanted: Any) -> Any:
        """The data of the next such event."""
        while True:
            found, data = self._queue.get(timeout=PATIENCE_SECONDS)
            self.all.append((found, data))
            if found == name and wanted.items() <= data.items():
                return data


@contextmanager
def listening(person: Person) -> Iterator[Heard]:
    heard = Heard(person)
    heard.until("tick")
    yield heard


def test_a_change_of_a_call_is_told_with_its_version_and_stage(world: World, dana: Person) -> None:
    world.available("maria")
    call = world.with_dispatcher()
    with listening(dana) as heard:
        dana.post(f"/calls/{call.id}/transfers", {"to": "met"})
        told = heard.until("call", id=call.id, stage="ringing_specialist")
        assert told["version"] <= dana.get(f"/calls/{call.id}").json()["version"]


def test_an_open_call_is_told_at_the_start(world: World, dana: Person) -> None:
    call = world.with_dispatcher()
    with listening(dana) as heard:
        assert heard.until("call", id=call.id)["stage"] == "with_dispatcher"


def test_another_agencys_calls_are_not_told(world: World, dana: Person, dee: Person) -> None:
    with listening(dana) as police, listening(dee) as sheriff:
        theirs = world.with_dispatcher(SHERIFF)
        sheriff.until("call", id=theirs.id)
        ours = world.with_dispatcher(DIRECT)
        police.until("call", id=ours.id)
        assert theirs.id not in json.dumps(police.all)


def test_a_specialists_presence_is_told(world: World, dana: Person, jon: Person) -> None:
    jon.put("/me/presence", {"status": "offline"})
    with listening(dana) as heard:
        jon.put("/me/presence", {"status": "available"})
        heard.until("presence", id=world.ids["jon"])


def test_the_stream_never_says_what_only_the_call_says(world: World, dana: Person) -> None:
    with listening(dana) as heard:
        call = world.with_dispatcher()
        dana.patch(
            f"/calls/{call.id}",
            {"incident_number": "26-SECRET", "context": {"caller": "Jane Roe"}},
        )
        dana.post(f"/calls/{call.id}/responders", {"status": "requested"})
        version = dana.get(f"/calls/{call.id}").json()["version"]
        heard.until("call", id=call.id, version=version)
        told = json.dumps(heard.all)
        for secret in ("SECRET", "Jane", CALLER, "+1661"):
            assert secret not in told


def test_the_servers_time_is_told_every_five_seconds(dana: Person) -> None:
    with listening(dana) as heard:
        first = datetime.fromisoformat(heard.all[0][1]["time"])
        second = datetime.fromisoformat(heard.until("tick")["time"])
        # Times are told in whole milliseconds.
        assert second - first >= timedelta(milliseconds=4999)


def test_changes_are_told_without_redis(module_database_url: str) -> None:
    with stage.world(module_database_url, "redis://127.0.0.1:9/0") as world:
        dana = world.person("dana")
        with listening(dana) as heard:
            call = world.with_dispatcher()
            heard.until("call", id=call.id, stage="with_dispatcher")


def test_changes_are_told_again_once_redis_is_back(
    module_database_url: str, stores_folder: Any
) -> None:
    with (
        EmbeddedValkey(stores_folder / "apart") as valkey,
        stage.world(module_database_url, valkey.url()) as world,
        listening(world.person("dana")) as heard,
    ):
        valkey.stop()
        heard.until("call", id=world.with_dispatcher().id)
        valkey.start()
        heard.until("call", id=world.with_dispatcher().id)
