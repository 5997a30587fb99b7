"""What an error says as one text."""

from __future__ import annotations

import pytest

from schemas.errors import OpswrightError


@pytest.mark.parametrize(
    ("message", "hint", "said"),
    [
        ("it is closed", "Open it.", "it is closed. Open it."),
        ("It is closed.", "Open it.", "It is closed. Open it."),
        ("Is it open?", "Open it.", "Is it open? Open it."),
        ("它关着。", "打开它。", "它关着。 打开它。"),
        ("it is called 'a.'", "Rename it.", "it is called 'a.'. Rename it."),
        ("it is closed", "", "it is closed"),
        ("", "Open it.", "Open it."),
    ],
)
def test_message_and_hint_are_two_sentences(message: str, hint: str, said: str) -> None:
    assert str(OpswrightError(message, hint=hint)) == said
