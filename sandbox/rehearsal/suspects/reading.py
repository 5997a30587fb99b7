"""Defects in what was read: pages left out, read twice or overwritten."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.rehearsal.scene import Scene, delivered, how_to_page
from sandbox.rehearsal.suspects.suspect import Suspect


def reading(scene: Scene) -> Iterator[Suspect]:
    """Suspects that the record of what the server gave out brings up."""
    for call in scene.query.calls:
        rows, operation = scene.relations[call.alias], scene.operation(call.alias)
        got = delivered(scene, call.alias)
        if got != list(rows):
            yield Suspect("PAGES", how_to_page(scene, call.alias), scene.with_rows(call.alias, got))
        filled = [page for page in scene.pages(call.alias) if page.stop > page.start]
        for page, words in ((filled[0], "first"), (filled[-1], "last")) if len(filled) > 1 else ():
            message = f"only the {words} page of {operation.path} counts: add up the rows of all pages"
            yield Suspect("PAGES", message, scene.with_rows(call.alias, rows[page.start : page.stop]))
