"""The embedded stores start anywhere, keep data, and leave nothing behind."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from service.embedded import EmbeddedPostgres, EmbeddedValkey
from service.embedded.places import LONGEST_SOCKET
from service.faults import Fault
from tests.service.running import gone, ordinary_user, processes_naming, python
from tests.waiting import eventually

START_BOTH = """
import sys
from pathlib import Path
from service.embedded import EmbeddedPostgres, EmbeddedValkey
folder = Path(sys.argv[1])
postgres, valkey = EmbeddedPostgres(folder, durable=False), EmbeddedValkey(folder)
print(postgres.start(), valkey.start(), flush=True)
sys.stdin.readline()
import time
while True: time.sleep(60)
"""
ROUND_TRIP = """
import sys, os
from pathlib import Path
import psycopg
from service.embedded import EmbeddedPostgres, EmbeddedValkey
folder = Path(sys.argv[1])
assert os.geteuid() != 0
for _ in range(2):
    with EmbeddedPostgres(folder, durable=False) as server, EmbeddedValkey(folder):
        with psycopg.connect(server.url()) as connection:
            connection.execute("create table if not exists kept (n int)")
            connection.execute("insert into kept values (1)")
            print(connection.execute("select count(*) from kept").fetchone()[0])
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="metline-stores-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def kept(url: str) -> list[tuple[int]]:
    with psycopg.connect(url) as connection:
        connection.execute("create table if not exists kept (n int)")
        connection.execute("insert into kept select count(*) from kept")
        return [(int(row[0]),) for row in connection.execute("select n from kept order by n")]


def test_committed_rows_and_keys_survive_a_restart(folder: Path) -> None:
    for start in range(2):
        with EmbeddedPostgres(folder) as server, EmbeddedValkey(folder) as valkey:
            assert len(kept(server.url())) == start + 1
            with redis.Redis.from_url(valkey.url()) as client:
                assert client.incr("starts") == start + 1


def test_postgres_syncs_to_disk_unless_it_is_a_test_of_ours(folder: Path) -> None:
    with (
        EmbeddedPostgres(folder) as server,
        psycopg.connect(server.url()) as connection,
    ):
        shown = connection.execute("select current_setting('fsync')").fetchone()
        assert shown == ("on",)
        listening = connection.execute("select current_setting('listen_addresses')").fetchone()
        assert listening == ("",)


def test_nothing_is_left_running_after_stop(folder: Path) -> None:
    deep = folder / ("a" * 60) / ("b" * 60)
    before = set(Path(tempfile.gettempdir()).glob("metline-*"))
    with EmbeddedPostgres(deep), EmbeddedValkey(deep):
        assert processes_naming(str(folder))
    assert processes_naming(str(folder)) == []
    left = set(Path(tempfile.gettempdir()).glob(f"metline-{os.geteuid()}-*")) - before
    assert left == set()


def test_stores_die_with_a_killed_parent_and_the_next_start_recovers(folder: Path) -> None:
    parent = python(START_BOTH, str(folder))
    assert parent.stdout is not None
    database = parent.stdout.readline().split()[0]
    before = kept(database)
    parent.kill()
    parent.communicate()
    eventually(lambda: processes_naming(str(folder)) == [])
    with EmbeddedPostgres(folder) as server, EmbeddedValkey(folder):
        assert len(kept(server.url())) == len(before) + 1


def test_a_killed_server_recovers_what_was_committed(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    server.start()
    before = kept(server.url())
    os.kill(int((folder / "postgres" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    eventually(lambda: not server.alive())
    with EmbeddedPostgres(folder) as again:
        assert len(kept(again.url())) == len(before) + 1


def test_orphaned_servers_are_stopped_by_the_next_start(folder: Path) -> None:
    orphans = EmbeddedPostgres(folder), EmbeddedValkey(folder)
    for orphan in orphans:
        orphan.start()
    pid = int((folder / "postgres" / "postmaster.pid").read_text().split()[0])
    with EmbeddedPostgres(folder) as server, EmbeddedValkey(folder) as valkey:
        assert gone(pid)
        assert kept(server.url())
        with redis.Redis.from_url(valkey.url()) as client:
            assert client.ping()
    for orphan in orphans:
        orphan.stop()


def test_a_recycled_process_id_does_not_keep_postgres_down(folder: Path) -> None:
    with EmbeddedPostgres(folder):
        lines = (folder / "postgres" / "postmaster.pid").read_text().splitlines()
    lines[0] = str(os.getpid())
    (folder / "postgres" / "postmaster.pid").write_text("\n".join(lines) + "\n")
    with EmbeddedPostgres(folder) as server:
        assert kept(server.url())


def test_an_interrupted_initialization_is_begun_anew(folder: Path) -> None:
    (folder / "postgres.new").mkdir()
    (folder / "postgres.new" / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(folder, durable=False) as server:
        assert kept(server.url())


def test_a_path_too_long_for_a_socket_works_all_the_same(folder: Path) -> None:
    deep = folder / ("a" * 60) / ("b" * 60)
    assert len(str(deep)) > LONGEST_SOCKET
    for count in (1, 2):
        with EmbeddedPostgres(deep, durable=False) as server:
            assert len(kept(server.url())) == count
    with EmbeddedValkey(deep) as valkey, redis.Redis.from_url(valkey.url()) as client:
        assert client.ping()


def test_a_folder_with_blanks_and_signs_in_its_name_works(folder: Path) -> None:
    odd = folder / "my data & 100% [x]"
    with EmbeddedPostgres(odd, durable=False) as server, EmbeddedValkey(odd) as valkey:
        assert kept(server.url())
        with redis.Redis.from_url(valkey.url()) as client:
            assert client.ping()


def test_an_ordinary_user_can_run_both(folder: Path) -> None:
    before = ordinary_user()
    os.chown(folder, 65534, 65534)
    run = python(ROUND_TRIP, str(folder), before=before)
    out, err = run.communicate()
    assert (run.returncode, out.split()) == (0, ["1", "2"]), err
    assert (folder / "postgres").stat().st_uid == 65534


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is refused by Postgres")
def test_root_can_run_both_even_where_no_other_user_may_enter(folder: Path) -> None:
    folder.chmod(0o700)
    private = folder / "private"
    try:
        for count in (1, 2):
            with EmbeddedPostgres(private, durable=False) as server, EmbeddedValkey(private):
                assert len(kept(server.url())) == count
    finally:
        shutil.rmtree(Path((private / "postgres.location").read_text().strip()).parent)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make another user's data")
def test_an_ordinary_user_is_told_whose_data_it_is(folder: Path) -> None:
    before = ordinary_user()
    with EmbeddedPostgres(folder, durable=False):
        pass
    folder.chmod(0o777)
    os.chown(folder / "postgres", 1, 1)
    (folder / "postgres.log").unlink()
    code = "import sys; from pathlib import Path; from service.embedded import EmbeddedPostgres\n"
    code += "EmbeddedPostgres(Path(sys.argv[1])).start()"
    _, err = python(code, str(folder), before=before).communicate()
    assert "belongs to another user" in err.splitlines()[-1]


def test_data_of_another_postgres_version_is_refused_with_what_to_do(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False):
        pass
    (folder / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(Fault, match="is of PostgreSQL 17") as refusal:
        EmbeddedPostgres(folder).start()
    assert len(str(refusal.value).splitlines()) == 1


def test_a_folder_that_cannot_be_written_is_told_in_one_line(folder: Path) -> None:
    (folder / "file").write_text("")
    for store in (EmbeddedPostgres(folder / "file"), EmbeddedValkey(folder / "file")):
        with pytest.raises(Fault, match="set METLINE_DATA_DIR") as refusal:
            store.start()
        assert len(str(refusal.value).splitlines()) == 1


def test_postgres_never_writes_a_row_to_its_log(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False) as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("create table people (name text unique)")
            connection.execute("insert into people values ('Jane Roe')")
            with pytest.raises(psycopg.errors.UniqueViolation):
                connection.execute("insert into people values ('Jane Roe')")
        log = (folder / "postgres.log").read_text()
        assert "duplicate key" in log
        assert "Jane" not in log
