"""Lists in pages, newest first, in the carrier's envelope."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from sandbox.rest.forms import Reader, text, whole

PAGING: dict[str, Reader] = {
    "PageSize": whole(1, 1000),
    "Page": whole(0, 100_000),
    "PageToken": text,
}


def page(
    path: str,
    key: str,
    items: Sequence[Any],
    render: Callable[[Any], dict[str, Any]],
    *,
    values: Mapping[str, Any],
    filters: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    size, number = values.get("PageSize", 50), values.get("Page", 0)
    start = number * size
    shown = items[start : start + size]

    def uri(wanted: int) -> str:
        kept = [(name, each) for name, given in filters.items() for each in given]
        query = [*kept, ("PageSize", str(size)), ("Page", str(wanted))]
        if wanted:
            query.append(("PageToken", f"PT{wanted}"))
        return f"{path}?{urlencode(query)}"

    return {
        key: [render(each) for each in shown],
        "page": number,
        "page_size": size,
        "start": start,
        "end": start + max(0, len(shown) - 1),
        "uri": uri(number),
        "first_page_uri": uri(0),
        "next_page_uri": uri(number + 1) if start + size < len(items) else None,
        "previous_page_uri": uri(number - 1) if number else None,
    }
