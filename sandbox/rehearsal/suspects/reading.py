"""Defects in what was read: pages left out, read twice or overwritten."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.rehearsal.envelope import grouped
from sandbox.rehearsal.scene import Scene, delivered, how_to_page, place_of
from sandbox.rehearsal.suspects.suspect import Suspect
from schemas.errors import quoted


def reading(scene: Scene) -> Iterator[Suspect]:
    """Suspects that the record of what the server gave out brings up."""
    for call in scene.query.relations:
        rows, operation = scene.relations[call.alias], scene.operation(call.alias)
        got = delivered(scene, call.alias)
        among = {index for page in scene.pages(call.alias) for index in page.among or ()}
        if sent := scene.filtering(call.alias):
            asked = ", ".join(f"{name}={quoted(value)}" for name, value in sent.items())
            message = (
                f"{place_of(operation)} was asked for {asked} only, which leaves {len(among)} of {len(rows)} rows and is not what the query"
                " asks for: leave the parameter out, and judge the rows in the tool"
            )
            yield Suspect("FILTER", message, scene.with_rows(call.alias, [row for index, row in enumerate(rows) if index in among]))
        if got != list(rows):
            yield Suspect("PAGES", how_to_page(scene, call.alias), scene.with_rows(call.alias, got))
        filled = [page for page in scene.pages(call.alias) if page.stop > page.start]
        for page, words in ((filled[0], "first"), (filled[-1], "last")) if len(filled) > 1 else ():
            message = f"only the {words} page of {place_of(operation)} counts: add up the rows of all pages"
            yield Suspect("PAGES", message, scene.with_rows(call.alias, scene.on(call.alias, page)))
        yield from _one_of_each(scene, call.alias)


def _one_of_each(scene: Scene, alias: str) -> Iterator[Suspect]:
    """Where rows lie in lists of holders, one row of each holder."""
    holders, _, last = (scene.operation(alias).rows_path or "").rpartition("[].")
    groups = [group for page in scene.pages(alias) for group in grouped(scene.on(alias, page))]
    for index, words in ((0, "first"), (-1, "last")) if holders else ():
        message = f"only the {words} of the {last} of each of the {holders} counts: go through all of them"
        yield Suspect("ROWS", message, scene.with_rows(alias, [group[index] for group in groups]))
