"""Frames, from a side that may be hostile."""

from __future__ import annotations

import pytest

from sandbox.protocol import FrameReader, Kind, ProtocolBroken, encode


def _reader(*parts: bytes) -> FrameReader:
    left = list(parts)
    return FrameReader(lambda: left.pop(0) if left else b"")


@pytest.mark.parametrize("text", ["", "rows", "张\x00", "x" * 100_000])
def test_a_frame_comes_out_as_it_went_in(text: str) -> None:
    assert _reader(encode(Kind.SEND, text)).read(1 << 20) == (Kind.SEND, text)


def test_frames_may_arrive_in_any_pieces() -> None:
    sent = encode(Kind.SEND, "one") + encode(Kind.SLEEP, "2.5") + encode(Kind.END)
    for size in range(1, len(sent) + 1):
        reader = _reader(*(sent[at : at + size] for at in range(0, len(sent), size)))
        assert [reader.read(10) for _ in range(3)] == [(Kind.SEND, "one"), (Kind.SLEEP, "2.5"), (Kind.END, "")]


@pytest.mark.parametrize("most", [4, 5])
def test_a_frame_is_no_longer_than_allowed(most: int) -> None:
    reader = _reader(encode(Kind.SEND, "12345"))
    if most == 5:
        assert reader.read(most) == (Kind.SEND, "12345")
    else:
        with pytest.raises(ProtocolBroken, match="a frame of 5 bytes, and 4 is the most"):
            reader.read(most)


@pytest.mark.parametrize(
    "sent",
    [b"", b"S", b"S\0\0\0\x05rows", b"?\0\0\0\0", b"\xff\0\0\0\0", b"S\0\0\0\x01\xff", b"S\xff\xff\xff\xff"],
    ids=["nothing", "half a header", "half a text", "unknown kind", "no letter", "no text", "four gigabytes"],
)
def test_anything_else_is_refused(sent: bytes) -> None:
    with pytest.raises(ProtocolBroken):
        _reader(sent).read(1 << 20)
