"""Static documents hosted apart from the product, as a static host at the carrier would."""

from __future__ import annotations

from dataclasses import dataclass, field

_LIMIT = 500
_SIZE = 256 * 1024


@dataclass(eq=False)
class Files:
    _contents: dict[str, tuple[bytes, str]] = field(default_factory=dict)

    def put(self, name: str, content: bytes, content_type: str) -> None:
        if len(content) > _SIZE or (len(self._contents) >= _LIMIT and name not in self._contents):
            raise ValueError("too many or too large files")
        self._contents[name] = (content, content_type)

    def get(self, name: str) -> tuple[bytes, str] | None:
        return self._contents.get(name)
