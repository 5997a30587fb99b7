"""What a planted world can't tell: clauses that a tool could leave out and still give the right result here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from typing import Final

from sandbox.rehearsal.expectation import Expectation
from sandbox.rehearsal.scene import Scene
from sandbox.rehearsal.suspects.suspect import slots, with_predicate
from schemas.evaluate import Row

NOTHING_MATCHES: Final = "a match: no row that fits the specification satisfies the query"


def blind_spots(scenes: Sequence[Scene], vacuous: Collection[str]) -> tuple[str, ...]:
    """The clauses, in words, that none of these scenes of one Query depends on.

    Clauses on a `vacuous` path, which no legal value fails, are none: there is nothing to tell.
    """
    if not any(scene.expectation().count for scene in scenes):
        return (NOTHING_MATCHES,)
    spots = [dict(_spots(scene, vacuous)) for scene in scenes]
    return tuple(words for words in spots[0] if all(spot[words] for spot in spots)) if spots else ()


def _spots(scene: Scene, vacuous: Collection[str]) -> Iterator[tuple[str, bool]]:
    right = scene.expectation()
    for words, changed in _weakened(scene, vacuous):
        yield words, right.is_met(_some_right(changed.expectation()))


def _weakened(scene: Scene, vacuous: Collection[str]) -> Iterator[tuple[str, Scene]]:
    query = scene.query
    for slot in slots(query):
        if slot.predicate.path not in vacuous:
            yield f"{slot.predicate.path} {slot.predicate.op}", with_predicate(scene, slot, None)
    if query.window:
        yield f"window on {query.window.path}", scene.changed(window=None)
    if scene.operation(query.call.alias).row_is_single and not query.joins:
        return  # one row has no order, and a limit leaves it
    if query.limit:
        yield f"limit {query.limit}", scene.changed(limit=None)
    for index, order in enumerate(query.order):
        turned = order.model_copy(update={"descending": not order.descending})
        yield f"order by {order.path}", scene.changed(order=(*query.order[:index], turned, *query.order[index + 1 :]))


def _some_right(expectation: Expectation) -> list[Row]:
    return [expected.row for expected in chain.from_iterable(expectation.tiers)][: expectation.count]
