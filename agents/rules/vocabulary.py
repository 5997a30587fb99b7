"""The words of the grammar: what ends a phrase, and what each comparison, ranking and figure is called."""

from __future__ import annotations

import re

from schemas.query import AggregateFunction, Comparison

HARD = "with whose where which that who having has have had using use uses and or but | , ; ( ) by per".split()
"""No phrase crosses these."""
SOFT = (
    "in on at of for from to within during over above below under between since as than is are was were be not no the a an its their"
).split()
"""A phrase ends at these; a threshold reads on past the auxiliaries among them."""
AUXILIARIES = frozenset("is are was were be the a an its their of currently at".split())

_STOP = "|".join(re.escape(word) for word in HARD + SOFT)
PHRASE = rf"(?!(?:{_STOP})(?: |$))[^\s|#§]+(?: (?!(?:{_STOP})(?: |$))[^\s|#§]+){{0,4}}"
VALUE = rf"(?!(?:{_STOP})(?: |$))(?:§|#\w*|[^\s|#]+)"

COMPARISONS: tuple[tuple[Comparison, tuple[str, ...]], ...] = (
    ("ge", (">=|≥", "at least", "at or (?:above|over)", "(?:greater|more) than or equal to", "(?:no|not) (?:less|fewer|lower) than",
            "not (?:below|under)", "a minimum of")),
    ("le", ("<=|≤", "at most", "up to", "at or (?:below|under)", "(?:less|fewer) than or equal to",
            "(?:no|not) (?:more|greater|higher) than", "not (?:above|over)", "a maximum of")),
    ("gt", (">", "(?:more|greater|higher|larger|bigger|longer) than", "above|over", "exceeding|exceeds|exceed|beyond")),
    ("lt", ("<", "(?:less|fewer|lower|smaller|shorter) than", "below|under")),
    ("ne", ("!=|≠", "not equal to")),
    ("eq", ("==|=", "equal to|equals", "exactly")),
)  # fmt: skip
"""Looser ones first: "at or above" would otherwise be read from its "above"."""
LOOSENED: dict[str, dict[Comparison, Comparison]] = {"more": {"gt": "ge", "eq": "ge"}, "less": {"lt": "le", "eq": "le"}}

AGGREGATES: dict[str, AggregateFunction] = {
    "average": "avg", "avg": "avg", "mean": "avg", "total": "sum", "sum": "sum",
    "maximum": "max", "max": "max", "minimum": "min", "min": "min",
}  # fmt: skip
SUPERLATIVES = dict.fromkeys("most highest largest greatest".split(), True) | dict.fromkeys("least lowest smallest fewest".split(), False)
HEADS = {"top": True, "bottom": False}
DIRECTIONS = dict.fromkeys(("asc", "ascending"), False) | dict.fromkeys(("desc", "descending"), True)
TIME_ADJECTIVES = {"newest": True, "latest": True, "recent": True, "oldest": False, "earliest": False}
FIELD_ADJECTIVES = {
    "largest": ("size", True), "biggest": ("size", True), "smallest": ("size", False), "fullest": ("used", True),
    "longest": ("duration", True), "slowest": ("duration", True), "shortest": ("duration", False), "fastest": ("duration", False),
}  # fmt: skip
SPANS = {"minute": 1 / 60, "hour": 1.0, "day": 24.0, "week": 168.0, "month": 720.0}
