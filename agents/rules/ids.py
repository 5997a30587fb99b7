"""AWS's ids, which tell by their letters what they are of."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.rules.fields import name_stems
from agents.rules.words import stems_of
from schemas.operation import RowField

IDS = {
    letters: stems_of(name)
    for letters, name in (
        ("i", "instance id"), ("vol", "volume id"), ("snap", "snapshot id"), ("ami", "image id"), ("vpc", "vpc id"),
        ("subnet", "subnet id"), ("sg", "group id"), ("rtb", "route table id"), ("igw", "internet gateway id"),
        ("nat", "nat gateway id"), ("eni", "network interface id"), ("eipalloc", "allocation id"),
    )
}  # fmt: skip
"""What ids begin with, and how the fields that hold them are called."""
ZONE = stems_of("availability zone")
_HEX = re.compile(r"[0-9a-f]{3,}")
_ZONE = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d[a-z]")


def field_of_id(said: str, fields: Sequence[RowField]) -> RowField | None:
    """The first text field that holds such an id, or such an availability zone; None where the word is neither or no field does."""
    texts = [field for field in fields if field.type == "string" and not field.enum]
    if _ZONE.fullmatch(said):
        return next((field for field in texts if name_stems(field.path)[-len(ZONE) :] == ZONE), None)
    letters, _, rest = said.partition("-")
    wanted = IDS.get(letters) if _HEX.fullmatch(rest) else None
    # Of an instance, `Placement.GroupId` is no security group's: only a field of the row itself is sure to hold such an id.
    return next((field for field in texts if name_stems(field.path) == wanted and "." not in field.path), None)
