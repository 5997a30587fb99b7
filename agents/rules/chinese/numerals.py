"""Numbers written in Chinese: 二十四, 两, 一百."""

from __future__ import annotations

DIGITS = {character: number for number, character in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_POWERS = {"十": 10, "百": 100, "千": 1000}
HALF = "半"
CHARACTERS = "".join((*DIGITS, *_POWERS, HALF))


def read_numeral(text: str) -> float:
    """The number below ten thousand that a run of `CHARACTERS` is; 半 is a half."""
    if text == HALF:
        return 0.5
    total, digit = 0.0, 0
    for character in text:
        if character in _POWERS:
            total += (digit or 1) * _POWERS[character]
            digit = 0
        elif character == HALF:
            total += 0.5
        else:
            digit = digit * 10 + DIGITS[character]
    return total + digit
