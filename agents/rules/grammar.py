"""A question to an Intent: a table of patterns, each of which takes its words out of the sentence.

What is left at the end is the subject and its adjectives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from agents.rules.intent import Emptiness, Equality, Intent, Phrase, Ranking, Summary, Threshold
from agents.rules.sentence import Found, Sentence
from agents.rules.vocabulary import (
    AGGREGATES,
    AUXILIARIES,
    COMPARISONS,
    DIRECTIONS,
    FIELD_ADJECTIVES,
    HARD,
    HEADS,
    LOOSENED,
    PHRASE,
    SOFT,
    SPANS,
    SUPERLATIVES,
    TIME_ADJECTIVES,
    VALUE,
)
from agents.rules.words import SECONDS, Quantity, Word, read_words, stems_of
from agents.speech.voice import Voice
from schemas.errors import QuestionDeclined
from schemas.query import AggregateFunction, Comparison

_VOICE = Voice("en")
GOING_IN = frozenset(("network", "packets"))
"""What is counted by its direction: in `network in above 10 MB` the in ends no phrase."""


def read(question: str) -> Intent:
    """The question's clauses. Raises QuestionDeclined for what the family has no clause for."""
    sentence = Sentence(read_words(question))
    hours, assumptions = _window(sentence)
    summary = _summary(sentence)
    thresholds = tuple(_thresholds(sentence))
    ranking, limit = _ranking(sentence)
    emptiness = tuple(_emptiness(sentence))
    equalities = tuple(_equalities(sentence))
    if sentence.find("or"):
        raise QuestionDeclined(_VOICE.say("no_or"), hint=_VOICE.say("one_question_a_side"))
    by = None if ranking or summary else sentence.take(rf"by (?P<phrase>{PHRASE})")
    return Intent(
        question, sentence.rest, thresholds, emptiness, equalities, ranking, summary, limit, hours, assumptions,
        by=by.words("phrase") if by else (),
    )  # fmt: skip


def _window(sentence: Sentence) -> tuple[float | None, tuple[str, ...]]:
    lead = "(?:(?:in|within|over|during|for|from|since) )?(?:the )?"
    if found := sentence.take(rf"{lead}(?:last|past|previous) (?P<span>#{SECONDS})"):
        quantity = found.quantity("span")
        assert quantity is not None
        return quantity.value / 3600, ()
    if found := sentence.take(rf"{lead}(?:last|past|previous|this) (?P<unit>{'|'.join(SPANS)})"):
        unit = found.text("unit")
        return SPANS[unit], (_VOICE.say("read_as_hours", said=found.match.group(), hours=f"{SPANS[unit]:g}"),)
    if found := sentence.take("today"):
        return 24.0, (_VOICE.say("read_as_hours", said="today", hours=24),)
    return None, ()


def _summary(sentence: Sentence) -> Summary | None:
    function: AggregateFunction | None = None
    phrase: Phrase = ()
    if found := sentence.take(
        rf"(?:the )?(?P<function>{'|'.join(AGGREGATES)})(?: of)? (?P<phrase>{PHRASE})(?= (?:of|for|across|per|by|in|over) )"
    ):
        function, phrase = AGGREGATES[found.text("function")], found.words("phrase")
    elif sentence.take(r"how many|(?:the )?(?:total )?(?:number|counts?)(?: of)?|tally(?: of)?"):
        function = "count"
    keys = "grouped by|group by|broken down by|for each|in each|per" + ("|by|across" if function else "")
    by: list[Phrase] = []
    if found := sentence.take(rf"(?:{keys}) (?:each )?(?P<one>{PHRASE})(?: and (?P<two>{PHRASE}))?"):
        by = [words for words in (found.words("one"), found.words("two")) if words]
        function = function or "count"
    return Summary(function, phrase, tuple(by)) if function else None


def _thresholds(sentence: Sentence) -> Iterator[Threshold]:
    for found in sentence.all(r"between (?P<low>#\w*) and (?P<high>#\w*)"):
        low, high = found.quantity("low"), found.quantity("high")
        assert low is not None
        assert high is not None
        shared = low if low.dimension else Quantity(low.value, high.dimension)
        first = _threshold(sentence, found, "ge", shared)
        yield first
        yield replace(first, op="le", value=high)
    for op, patterns in COMPARISONS:
        looser = "(?: (?:or|and) (?P<more>more|above|higher|over)| or (?P<less>less|below|lower|fewer|under))?"
        for found in sentence.all(rf"(?:{'|'.join(patterns)}) (?P<value>#\w*){looser}"):
            quantity = found.quantity("value")
            assert quantity is not None
            loosened = LOOSENED.get("more" if found.text("more") else "less" if found.text("less") else "", {})
            yield _threshold(sentence, found, loosened.get(op, op), quantity)
    for found in sentence.all(r"(?:with|having|have|has) (?P<value>#\w*)(?= (?!or )[^\s|#])"):
        quantity = found.quantity("value")
        assert quantity is not None
        yield _threshold(sentence, found, "eq", quantity)
    for found in sentence.all(r"(?P<value>#\w*) or (?:(?P<more>more|above|higher)|less|below|lower|fewer)"):
        quantity = found.quantity("value")
        assert quantity is not None
        yield _threshold(sentence, found, "ge" if found.text("more") else "le", quantity)


def _threshold(sentence: Sentence, found: Found, op: Comparison, value: Quantity) -> Threshold:
    """The words of the field on both sides of the figure. Those before it are taken only where a border sets them off."""
    span = found.words()
    before, bordered = _before(sentence, span[0].index)
    after = _after(sentence, span[-1].index)
    sentence.taken |= {word.index for word in after} | ({word.index for word in before} if bordered else set())
    return Threshold(op, value, before, after, borrowed=not bordered)


def _before(sentence: Sentence, index: int) -> tuple[Phrase, bool]:
    words: list[Word] = []
    for word in reversed(sentence.words[:index]):
        if word.index in sentence.taken or word.lower in HARD:
            return tuple(reversed(words)), word.index not in sentence.taken or not words
        if word.lower in AUXILIARIES:
            continue
        goes_in = word.lower == "in" and not words and sentence.words[max(word.index - 1, 0)].lower in GOING_IN
        if word.number or word.quoted or (word.lower in SOFT and not goes_in) or len(words) == 5:
            break
        words.append(word)
    return tuple(reversed(words)), False


def _after(sentence: Sentence, index: int) -> Phrase:
    words: list[Word] = []
    for word in sentence.words[index + 1 : index + 6]:
        if word.lower == "of" and not words:
            continue
        if word.index in sentence.taken or word.number or word.quoted or word.lower in HARD or word.lower in SOFT:
            break
        words.append(word)
    return tuple(words)


def _ranking(sentence: Sentence) -> tuple[Ranking | None, int | None]:
    head = sentence.take(rf"(?:the )?(?P<way>{'|'.join(HEADS)})(?: (?P<limit>#))?") or sentence.take(
        rf"(?:the )?(?P<way>first|last|{'|'.join(TIME_ADJECTIVES)}) (?P<limit>#)"
    )
    # A bare number counts rows only where it stands before them: "ticket 1003" names one.
    lead = "show|list|get|give|find|display|me|which|what|the|any|only|just"
    begins = bool(sentence.words) and sentence.words[0].number is not None
    head = head or sentence.take(rf"(?P<way>{lead}) (?P<limit>#)") or (sentence.take(r"(?P<way>)(?P<limit>#)(?= )") if begins else None)
    limit = int(quantity.value) if head and (quantity := head.quantity("limit")) else None
    way = head.text("way") if head else ""
    ranking = _by_superlative(sentence) or _by_figure(sentence, way) or _by_adjective(sentence)
    if ranking is None and (way == "last" or way in TIME_ADJECTIVES):
        ranking = Ranking((), TIME_ADJECTIVES.get(way, True), by_time=True)
    if ranking is None and way in HEADS:
        raise QuestionDeclined(_VOICE.say("by_which_figure", way=way), hint=_VOICE.say("say_the_figure"))
    return replace(ranking, limit=limit) if ranking else None, limit


def _by_superlative(sentence: Sentence) -> Ranking | None:
    """`with the highest memory`."""
    found = sentence.take(
        rf"(?:with|having|have|has|by|using|use|on) (?:the )?(?P<way>{'|'.join(SUPERLATIVES)}) (?!recent)(?P<phrase>{PHRASE})"
    )
    return Ranking(found.words("phrase"), SUPERLATIVES[found.text("way")]) if found else None


def _by_figure(sentence: Sentence, way: str) -> Ranking | None:
    """`sorted by memory descending`, and after `top` or `bottom` just `by memory`."""
    by = "sorted by|ordered by|ranked by|order by|sort by" + ("|by|using" if way else "")
    found = sentence.take(rf"(?:{by}) (?P<phrase>{PHRASE})")
    if found is None:
        return None
    phrase = tuple(word for word in found.words("phrase") if word.lower not in DIRECTIONS)
    said = [DIRECTIONS[word.lower] for word in found.words("phrase") if word.lower in DIRECTIONS]
    return Ranking(phrase, said[0] if said else HEADS.get(way))


def _by_adjective(sentence: Sentence) -> Ranking | None:
    """`newest`, `longest`: an adjective that names a time or a field."""
    if found := sentence.take(rf"(?:the )?(?:most )?(?P<way>{'|'.join(TIME_ADJECTIVES)})"):
        return Ranking((), TIME_ADJECTIVES[found.text("way")], by_time=True)
    found = sentence.take(rf"(?:the )?(?P<way>{'|'.join(FIELD_ADJECTIVES)})")
    if found is None:
        return None
    meant, descending = FIELD_ADJECTIVES[found.text("way")]
    return Ranking((replace(found.words("way")[0], lower=meant, stems=stems_of(meant)),), descending)


def _emptiness(sentence: Sentence) -> Iterator[Emptiness]:
    article = "(?:any |an |a |the )?"
    nothing = (
        r"with no|without|(?:have|has|having|had) no|lack|lacks|lacking|missing|(?:do not|does not|don't|doesn't|not) (?:have|having)|no"
    )
    for found in sentence.all(rf"(?:(?:that|which|who) )?(?:{nothing}) {article}(?P<phrase>{PHRASE})"):
        yield Emptiness(found.words("phrase"), empty=True)
    for found in sentence.all(rf"(?:with|have|has|having) (?:an|a|any|some) (?P<phrase>{PHRASE})(?= (?:\||and)|$)"):
        yield Emptiness(found.words("phrase"), empty=False)


def _equalities(sentence: Sentence) -> Iterator[Equality]:
    for found in sentence.all(rf"(?P<phrase>named|called) (?P<value>{VALUE})"):
        yield Equality((), found.words("value")[0])
    is_not = r"(?P<not>is not|isn't|are not|aren't|!=|≠)"
    for found in sentence.all(
        rf"(?:whose|where|with|having|and) (?:the |a |an )?(?P<phrase>{PHRASE}) (?:{is_not}|is|are) (?P<value>{VALUE})"
    ):
        yield Equality(found.words("phrase"), found.words("value")[0], bool(found.text("not")))
    for found in sentence.all(
        rf"(?:(?:whose|where|with|having|and) )?(?:the )?(?P<phrase>\w[\w.]*) (?:(?P<not>!=|≠)|=|==|:|equals|equal to) (?P<value>{VALUE})"
    ):
        yield Equality(found.words("phrase"), found.words("value")[0], bool(found.text("not")))
    for found in sentence.all(rf"(?P<not>not )?(?P<phrase>\w+ed) (?:by|to) (?P<value>{VALUE})"):
        yield Equality(found.words("phrase"), found.words("value")[0], bool(found.text("not")))
