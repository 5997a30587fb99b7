"""Figures in a Chinese sentence: comparisons, and the words around them that name a field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from agents.rules.chinese.keywords import COMPARISONS, LOOSENED, MEASURES
from agents.rules.chinese.segment import ChineseSentence
from agents.rules.intent import Phrase, Threshold
from agents.rules.sentence import Found
from agents.rules.words import Quantity, Word, stems_of
from schemas.query import Comparison

TERM = r"[^\s|#§<]+"
STATISTICS = {"<avg>": "average", "<max>": "maximum", "<most>": "maximum", "<min>": "minimum", "<least>": "minimum"}
CORES = "cpus"
"""A measure word of its own: 8核."""


def thresholds(sentence: ChineseSentence) -> Iterator[Threshold]:
    """`大于80%`, `80%以上`, `介于10%和20%之间`, each with the words of its field, taken."""
    yield from _ranges(sentence)
    for found in sentence.all(rf"<(?P<op>{'|'.join(COMPARISONS)})> (?P<value>#\w*)(?: <(?P<loose>up|down)>)?"):
        mark = found.text("op")
        op = LOOSENED.get((mark, found.text("loose")), COMPARISONS[mark])
        yield _threshold(sentence, found, op, _quantity(found, "value"))
    for found in sentence.all(rf"(?P<value>#\w*)(?: (?P<noun>{TERM}))? <(?P<loose>up|down)>"):
        yield _threshold(sentence, found, "ge" if found.text("loose") == "up" else "le", _quantity(found, "value"))


def _ranges(sentence: ChineseSentence) -> Iterator[Threshold]:
    low_high = r"(?P<low>#\w*) <(?:to|and)> (?P<high>#\w*)"
    for found in sentence.all(rf"<between> {low_high}(?: <among>)?|{low_high.replace('low', 'from').replace('high', 'until')} <among>"):
        names = ("low", "high") if found.text("low") else ("from", "until")
        low, high = (_quantity(found, name) for name in names)
        shares_unit = not low.dimension and high.value <= 100
        first = _threshold(sentence, found, "ge", Quantity(low.value, high.dimension) if shares_unit else low)
        yield first
        yield replace(first, op="le", value=high)


def _quantity(found: Found, group: str) -> Quantity:
    quantity = found.quantity(group)
    assert quantity is not None
    return quantity


def _threshold(sentence: ChineseSentence, found: Found, op: Comparison, value: Quantity) -> Threshold:
    """The words of the field before the figure; only where there are none, those after it: 超过8个CPU的主机."""
    span = found.words()
    noun = found.words("noun") if "noun" in found.match.groupdict() else ()
    before, after = _measured(sentence, span[0].index) + noun, directly_after(sentence, span[-1].index)
    if before and not is_use(before):
        after = tuple(word for word in after[:1] if word.lower == CORES)
    elif not after:
        after = figure_after(sentence, span[-1].index)
    counted = not value.dimension and any(word.number and word.text[-1:] in MEASURES for word in span)
    sentence.taken |= {word.index for word in before + after}
    if counted:
        before, after = _plural(before), _plural(after)
    return Threshold(op, value, before, after, borrowed=False)


def _measured(sentence: ChineseSentence, index: int) -> Phrase:
    """The words before a comparison, with the statistic of a metric before or behind them: 平均CPU超过80%, CPU峰值超过90%."""
    behind = _statistic(sentence, index - 1)
    words = figure_before(sentence, index - len(behind))
    before = _statistic(sentence, words[0].index - 1) if words and not behind else ()
    return before + words + behind if words else ()


def _statistic(sentence: ChineseSentence, index: int) -> Phrase:
    said = sentence.words[index] if index >= 0 and index not in sentence.taken else None
    name = STATISTICS.get(said.lower) if said else None
    return (replace(said, lower=name, stems=stems_of(name)),) if said and name else ()


def is_use(words: Phrase) -> bool:
    """A verb alone: 使用超过8GB内存."""
    return all(word.stems == stems_of("used") for word in words)


def _plural(words: Phrase) -> Phrase:
    """A measure word counts things: 8个CPU are cpus."""
    return tuple(word if word.lower.endswith("s") else replace(word, lower=f"{word.lower}s") for word in words)


def figure_before(sentence: ChineseSentence, index: int) -> Phrase:
    """The words right before a position that may name a field; a resource, a state or a mark ends them."""
    words: list[Word] = []
    for word in reversed(sentence.words[:index]):
        if word.index in sentence.taken or not sentence.is_a("fields", word.index) or len(words) == 5:
            break
        words.append(word)
    return tuple(reversed(words))


def figure_after(sentence: ChineseSentence, index: int) -> Phrase:
    """The same behind it, over a 的."""
    words: list[Word] = []
    for word in sentence.words[index + 1 :]:
        if word.lower == "<of>" and not words:
            continue
        if word.index in sentence.taken or not sentence.is_a("fields", word.index) or len(words) == 5:
            break
        words.append(word)
    return tuple(words)


def directly_after(sentence: ChineseSentence, index: int) -> Phrase:
    """The same behind it, with no 的 between."""
    follows = sentence.words[index + 1 : index + 2]
    return () if follows and follows[0].lower == "<of>" else figure_after(sentence, index)
