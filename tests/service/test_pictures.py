"""Pictures and timelines tell a run of the demo as its terminal did."""

from pathlib import Path

import pytest
from rich.console import Console

from service import pictures
from service.demo.show import Verdict
from service.faults import Fault

AT = "2026-03-01T14:00:0{}.000Z"


def event(second: int, name: str, leg: int | None = None, **data: object) -> dict[str, object]:
    return {"at": AT.format(second), "name": name, "leg": leg, "data": data}


STORY = Verdict(
    "J5",
    "Warm transfer to 988",
    (),
    events=[
        event(0, "call_arrived"),
        event(0, "timer_started", timer="join", subject=1, seconds=5),
        event(1, "leg_dialed", 2, role="lifeline", fallback=False),
        event(2, "hold_asked", 1, hold=True),
        event(3, "leg_failed", 2, reason="busy"),
    ],
)


def test_a_timeline_says_whose_leg_it_was_and_leaves_bookkeeping_out() -> None:
    text = "before\n<!-- timeline: Warm transfer to 988 -->\nstale\n<!-- end -->\nafter\n"
    made = pictures.with_timelines(text, [STORY])
    assert made.splitlines() == [
        "before",
        "<!-- timeline: Warm transfer to 988 -->",
        "```text",
        "     0.00 s  call arrived",
        "     1.00 s  leg dialed  lifeline",
        "     2.00 s  hold asked  caller, on",
        "     3.00 s  leg failed  lifeline, busy",
        "  0 of 0 checks held",
        "```",
        "<!-- end -->",
        "after",
    ]


def test_a_timeline_of_a_call_that_nobody_plays_is_refused_by_name() -> None:
    with pytest.raises(Fault, match="nothing called 'A picnic'"):
        pictures.with_timelines("<!-- timeline: A picnic -->\n<!-- end -->", [STORY])


def test_a_picture_holds_the_words_and_fetches_nothing(tmp_path: Path) -> None:
    def hello(console: Console) -> None:
        console.print("10 of 10")

    path = pictures.draw(tmp_path / "pictures" / "hello.svg", hello)
    drawn = path.read_text()
    assert "10&#160;of&#160;10" in drawn
    assert "@font-face" not in drawn
    assert "url(http" not in drawn
