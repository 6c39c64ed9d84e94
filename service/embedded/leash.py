"""Becomes a command that dies with its parent, as another user when asked.

usage: leash.py PARENT_PID SIGNAL UID GID COMMAND [ARGUMENT...]    (UID -1: stay who we are)
Run by path with `python -I -S`, so it imports the standard library only.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def _drop(uid: int, gid: int) -> None:
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def _die_with(parent: int, signum: int) -> None:
    if not sys.platform.startswith("linux"):
        return
    # After the change of user, which clears it; exec keeps it.
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signum, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def main(arguments: list[str]) -> None:
    """Never returns: the process becomes the command."""
    parent, signum, uid, gid = (int(argument) for argument in arguments[:4])
    if uid >= 0:
        _drop(uid, gid)
    _die_with(parent, signum)
    os.execv(arguments[4], arguments[4:])


if __name__ == "__main__":
    main(sys.argv[1:])
