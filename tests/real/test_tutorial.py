"""Every command of docs/tutorial.md runs on real files and prints what the page says."""

import re
from pathlib import Path
from typing import Any

import pytest


def fits(promised: str, printed: str) -> bool:
    """Whether a text is what was promised, where ``...`` stands for anything within a line."""
    pattern = "[^\n]*".join(re.escape(part) for part in promised.strip().split("..."))
    return re.fullmatch(pattern, printed.strip()) is not None


@pytest.mark.parametrize(
    ("promised", "printed", "fit"),
    [
        ("3 rows = ... rejected\n", "3 rows = 2 accepted + 1 rejected\n", True),
        ("3 rows = ... rejected\n", "3 rows = 3 accepted\n", False),
        ("one ...\n", "one line\nand another\n", False),
    ],
)
def test_dots_stand_for_anything_within_one_line(promised: str, printed: str, fit: bool) -> None:
    assert fits(promised, printed) is fit


def test_every_answer_in_the_tutorial_is_what_the_command_prints(
    walked: tuple[Path, list[Any]],
) -> None:
    _, steps = walked
    promised = [step for step in steps if step.promised is not None]
    assert len(promised) >= 9
    for step in promised:
        assert fits(step.promised, step.printed), f"{step.text}\nprinted\n{step.printed}"


def test_a_step_that_promises_nothing_prints_nothing(walked: tuple[Path, list[Any]]) -> None:
    _, steps = walked
    for step in steps:
        if step.promised is None:
            assert step.printed == "", step.text


def test_every_block_of_the_tutorial_is_run_or_can_be_compiled(
    walked: tuple[Path, list[Any]],
) -> None:
    _, steps = walked
    assert {step.language for step in steps} == {"sh", "toml", "python"}
    for step in steps:
        if step.language == "python":
            compile(step.text, "docs/tutorial.md", "exec")
