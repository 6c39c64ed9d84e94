"""Brings the carrier's own OpenAPI document into an ignored folder beside this file.

It ships inside an npm package; the registry's tarball is pinned by version and by content.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import tarfile
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

PACKAGE, VERSION = "@twilio/cli-core", "8.3.2"
SHA256 = "6ae83443de5882462b5fba9eddd9080a0ba52ff9cfa579d8bac9f4cf43ee4409"
TARBALL = f"https://registry.npmjs.org/{PACKAGE}/-/cli-core-{VERSION}.tgz"
MEMBER = "package/src/services/twilio-api/twilio_api_v2010.json"
CACHE = Path(__file__).resolve().parent / "cache"
_SECONDS = 120


class OracleMissing(Exception):
    """The document could be had in no way; the reasons are told."""


def document() -> Path:
    """The document's path; fetched once, then read from the cache."""
    path = CACHE / f"twilio_api_v2010-{VERSION}.json"
    if not path.exists():
        content = _member(_checked(_tarball()))
        CACHE.mkdir(exist_ok=True)
        (CACHE / ".gitignore").write_text("*\n")
        part = path.with_suffix(".part")
        part.write_bytes(content)
        part.replace(path)
    return path


def _tarball() -> bytes:
    """Straight from the registry; by npm, which knows its own mirrors, when that fails."""
    try:
        # Proxies and certificates are taken from the environment's usual variables.
        with urllib.request.urlopen(TARBALL, timeout=_SECONDS) as answer:
            return bytes(answer.read())
    except (urllib.error.URLError, OSError) as direct:
        return _packed(str(direct))


def _packed(direct: str) -> bytes:
    npm = shutil.which("npm")
    if npm is None:
        raise OracleMissing(f"{TARBALL}: {direct}; and there is no npm to try")
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", f"{PACKAGE}@{VERSION}", "--pack-destination", folder]
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
        packed = list(Path(folder).glob("*.tgz"))
        if not packed:
            raise OracleMissing(f"{TARBALL}: {direct}; npm pack: {done.stderr[-500:]}")
        return packed[0].read_bytes()


def _checked(tarball: bytes) -> bytes:
    found = hashlib.sha256(tarball).hexdigest()
    if found != SHA256:
        raise OracleMissing(f"{PACKAGE} {VERSION} has sha256 {found}, not {SHA256}")
    return tarball


def _member(tarball: bytes) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(tarball)) as archive:
        file = archive.extractfile(MEMBER)
        if file is None:
            raise OracleMissing(f"{MEMBER} is not in {PACKAGE} {VERSION}")
        return file.read()


if __name__ == "__main__":
    print(document())
