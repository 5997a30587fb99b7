"""A Chinese question to an Intent: patterns over marks, each of which takes its words out of the sentence.

What describes comes first in Chinese: `内存最高的5台主机`. So a figure's name is read backwards from its comparison or superlative, as
far as words go that can name a field; a resource or a state ends it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from agents.rules.chinese.figures import TERM, directly_after, figure_after, figure_before, is_use, thresholds
from agents.rules.chinese.keywords import AGGREGATES, SPANS, SUPERLATIVES, TOLERATED, keywords
from agents.rules.chinese.segment import ChineseSentence, read_sentence
from agents.rules.intent import Emptiness, Equality, Intent, Phrase, Ranking, Summary
from agents.rules.sentence import Found
from agents.rules.words import SECONDS, Word, stems_of
from agents.speech.voice import Voice
from schemas.answer import Language
from schemas.errors import QuestionDeclined
from schemas.query import AggregateFunction

PHRASE = rf"{TERM}(?: {TERM}){{0,4}}"
VALUE = rf"(?:§|{TERM})"
STATE_OF_ANYTHING = ("status", "state")
"""What 状态 is called; an API may call it otherwise, so before a state it names no field."""
GENERIC = (*STATE_OF_ANYTHING, "tier")


def read(question: str, language: Language) -> Intent:
    """The question's clauses. Raises QuestionDeclined for what the family has no clause for, in the question's language."""
    voice = Voice(language)
    sentence = read_sentence(question)
    hours, assumptions = _window(sentence, voice)
    compared = tuple(thresholds(sentence))
    if sentence.find("<or>"):
        raise QuestionDeclined(voice.say("no_or"), hint=voice.say("one_question_a_side"))
    summary = _summary(sentence)
    ranking, limit = _ranking(sentence, voice)
    _negate_states(sentence)
    emptiness = tuple(_emptiness(sentence))
    equalities = tuple(_equalities(sentence))
    rest = tuple(_rest(sentence))
    return Intent(question, rest, compared, emptiness, equalities, ranking, summary, limit, hours, assumptions, language)


def _window(sentence: ChineseSentence, voice: Voice) -> tuple[float | None, tuple[str, ...]]:
    found = sentence.take(rf"<last> (?P<span>#{SECONDS})(?: <within>)?") or sentence.take(rf"(?P<span>#{SECONDS}) <within>")
    if found:
        quantity = found.quantity("span")
        assert quantity is not None
        return quantity.value / 3600, ()
    if found := sentence.take(rf"<(?P<unit>{'|'.join(SPANS)})>(?: <within>)?"):
        hours = SPANS[found.text("unit")]
        return float(hours), (voice.say("read_as_hours", said=found.words()[0].text, hours=hours),)
    return None, ()


# The shape of the result


def _summary(sentence: ChineseSentence) -> Summary | None:
    function, phrase = _aggregate(sentence)
    by = _group_keys(sentence, is_counted=function is not None or sentence.find("<count>") is not None)
    counted = list(sentence.all("<count>"))
    if function is None and (counted or by):
        function = "count"
    return Summary(function, phrase, by) if function else None


def _aggregate(sentence: ChineseSentence) -> tuple[AggregateFunction | None, Phrase]:
    """`平均内存使用率`, `内存使用率的平均值`, `CPU的平均使用率`; `主机的最高内存使用率` asks for one figure, not for a ranking."""
    found = sentence.take(r"<(?P<function>avg|sum|max|min)>") or sentence.take(rf"(?<=<of> )<(?P<function>most|least)>(?= {PHRASE}$)")
    if found is None:
        return None, ()
    at = found.words()[0].index
    # 平均部署时长: what the figure is of may stand between.
    first = at + 1 if sentence.is_a("resources", at + 1) else at
    phrase = figure_before(sentence, at) + figure_after(sentence, first)
    if is_use(phrase) and at and sentence.words[at - 1].lower == "<of>":
        phrase = figure_before(sentence, at - 1) + phrase
    sentence.taken |= {word.index for word in phrase}
    return AGGREGATES[found.text("function")], phrase


def _group_keys(sentence: ChineseSentence, *, is_counted: bool) -> tuple[Phrase, ...]:
    two = rf"(?P<one>{TERM})(?: <and> (?:<each> )?(?P<two>{TERM}))?"
    found = (
        sentence.take(rf"<by> (?:<each> )?{two}(?: <(?:of|count)>)* <group>(?: <count>)*")
        or (sentence.take(rf"<by> (?:<each> )?{two}(?! <(?:sort|asc|desc|and|most|least|of)>)") if is_counted else None)
        or sentence.take(rf"<each> {two}(?: <group>)?")
    )
    sentence.take("<group>")
    return tuple(words for group in ("one", "two") if found and (words := found.words(group)))


def _ranking(sentence: ChineseSentence, voice: Voice) -> tuple[Ranking | None, int | None]:
    ranking = _by_sorting(sentence) or _by_superlative(sentence, voice) or _by_time(sentence)
    head = sentence.take(r"(?:<sort> )?<(?P<way>first|top|bottom)> (?P<limit>#)") or sentence.take(
        r"<(?P<way>first|top|bottom)>|(?P<limit>#)"
    )
    limit = int(quantity.value) if head and (quantity := head.quantity("limit")) else None
    way = head.text("way") if head else ""
    if head and way:
        ranking = _headed(sentence, ranking, head.words()[0], way, voice)
    return replace(ranking, limit=limit) if ranking else None, limit


def _headed(sentence: ChineseSentence, ranking: Ranking | None, word: Word, way: str, voice: Voice) -> Ranking | None:
    """`CPU使用率前5的主机` ranks by the words before, `top 5 主机按CPU` by those after; `前5个服务` only bounds."""
    if ranking:
        return replace(ranking, descending=way != "bottom") if ranking.descending is None else ranking
    phrase = figure_before(sentence, word.index)
    if not phrase and (found := sentence.take(rf"<by> (?P<phrase>{PHRASE})")):
        phrase = found.words("phrase")
    if not phrase and way != "first":
        raise _unnamed(word, voice)
    sentence.taken |= {said.index for said in phrase}
    return Ranking(phrase, way != "bottom") if phrase else None


def _unnamed(word: Word, voice: Voice) -> QuestionDeclined:
    return QuestionDeclined(voice.say("by_which_figure", way=word.text), hint=voice.say("say_the_figure"))


def _by_sorting(sentence: ChineseSentence) -> Ranking | None:
    """`按内存降序`, `按内存从高到低排序`, and `按内存最高的`."""
    ways = "(?: <(?P<way>asc|desc)>)?"
    later = ways.replace("way", "later")
    found = sentence.take(rf"<by> (?P<phrase>{PHRASE}){ways} <sort>(?:(?: <and>)?{later})?") or sentence.take(
        rf"(?:<by> )?(?P<phrase>{TERM}) <(?P<way>asc|desc)>"
    )
    if found is None:
        return None
    way = found.text("way") or found.match.groupdict().get("later") or ""
    return Ranking(found.words("phrase"), {"asc": False, "desc": True}.get(way))


def _by_superlative(sentence: ChineseSentence, voice: Voice) -> Ranking | None:
    """`内存使用率最高的`, `使用内存最多的`, `使用最多内存的`; `最长` alone is the duration's."""
    found = sentence.take(rf"<(?P<way>{'|'.join(SUPERLATIVES)})>")
    if found is None:
        return None
    meant, descending = SUPERLATIVES[found.text("way")]
    [word] = found.words()
    phrase = figure_before(sentence, word.index)
    if is_use(phrase):
        phrase += directly_after(sentence, word.index)
    if not phrase and not meant:
        raise _unnamed(word, voice)
    sentence.taken |= {said.index for said in phrase}
    sentence.taken |= {said.index for said in sentence.words if said.lower == "<by>" and said.index == word.index - len(phrase) - 1}
    return Ranking(phrase or (replace(word, lower=meant, stems=stems_of(meant)),), descending)


def _by_time(sentence: ChineseSentence) -> Ranking | None:
    """`最新的5个`, `最近10次部署`, `创建时间最早`: the time is the field's that is named, else the one at which the thing began."""
    found = sentence.take("<(?P<way>newest|oldest|last)>")
    if found is None:
        return None
    at = found.words()[0].index
    phrase = figure_before(sentence, at) or directly_after(sentence, at)
    sentence.taken |= {word.index for word in phrase}
    return Ranking(phrase, found.text("way") != "oldest", by_time=not phrase)


# Conditions


def _negate_states(sentence: ChineseSentence) -> None:
    """`没有解决的事件` are not without a thing: they are not resolved. `服务是关键的` and `状态为失败` say a state and compare no field."""
    words = list(sentence.words)
    for one, other in pairwise(sentence.words):
        before = sentence.words[one.index - 1] if one.index else None
        is_general = before is not None and before.lower in STATE_OF_ANYTHING
        says_state = sentence.is_a("states", other.index) and (is_general or not sentence.is_a("fields", one.index - 1))
        if one.lower == "<none>" and _is_part_of_name(sentence, other):
            continue
        if one.lower == "<not>" or (one.lower in ("<none>", "<isnot>") and says_state):
            words[one.index] = replace(one, lower="not", stems=("not",))
        elif one.lower == "<is>" and says_state:
            sentence.taken.add(one.index)
        else:
            continue
        if before is not None and is_general and says_state:
            sentence.taken.add(before.index)
    sentence.words = tuple(words)


def _is_part_of_name(sentence: ChineseSentence, state: Word) -> bool:
    """`没有公网IP`: a state before a field's name is a part of that, unless the field is the state itself."""
    after = sentence.words[state.index + 1 : state.index + 2]
    return bool(after) and sentence.is_a("fields", state.index + 1) and after[0].lower not in GENERIC


def _emptiness(sentence: ChineseSentence) -> Iterator[Emptiness]:
    for found in sentence.all(rf"(?P<phrase>{TERM}) (?:(?:<is> )?<empty>|<none>(?: <set>)?|not <set>)(?= <of>|$| <and>)"):
        yield Emptiness(found.words("phrase"), empty=True)
    for found in sentence.all(rf"(?:<none>(?: <set>)?|not <set>) (?P<phrase>{PHRASE})"):
        yield Emptiness(found.words("phrase"), empty=True)
    for found in sentence.all(rf"(?:<has>|<set>) (?P<phrase>{PHRASE})(?= <of>|$)"):
        yield Emptiness(found.words("phrase"), empty=False)


def _equalities(sentence: ChineseSentence) -> Iterator[Equality]:
    for found in sentence.all(rf"(?P<phrase><named>) (?P<value>{VALUE})"):
        name = replace(found.words("phrase")[0], lower="name", stems=("name",))
        yield Equality((name,), found.words("value")[0])
    for found in sentence.all(rf"<agent> (?P<value>{VALUE}) (?P<phrase>{TERM})"):
        yield Equality(found.words("phrase"), found.words("value")[0])
    for found in sentence.all(rf"(?P<phrase>(?P<field>{TERM})) (?:<(?P<not>isnot|ne)>|<is>|<eq>)(?: <eq>)? (?P<value>{VALUE})"):
        yield Equality(found.words("phrase"), found.words("value")[0], bool(found.text("not")))
    named = r"(?P<value>§|[\w./@]*[-\d_./@][\w./@-]*)"
    for found in sentence.all(rf"(?P<phrase><owned>) {named}"):
        yield Equality((_owned(found),), found.words("value")[0])
    for found in sentence.all(rf"{named.replace('d_', '_')} (?P<phrase>(?P<has><has>)|{TERM})(?= <of>| \|)"):
        yield Equality((_owned(found),) if found.text("has") else found.words("phrase"), found.words("value")[0])


def _owned(found: Found) -> Word:
    return replace(found.words("phrase")[0], lower="owned", stems=stems_of("owned"))


def _rest(sentence: ChineseSentence) -> Iterator[Word]:
    """What no clause took. A mark or a number that is left over has to be explained like any word: nothing is passed over."""
    marks = frozenset(keywords().values())
    before: Word | None = None
    for word in sentence.rest:
        if word.number or (word.lower in marks and word.lower not in TOLERATED):
            yield replace(word, lower=word.text, stems=(word.text,), number=None)
        elif word.lower not in marks and not (before and word.lower in GENERIC and _may_be_state(sentence, before, word)):
            yield word
        before = word


def _may_be_state(sentence: ChineseSentence, value: Word, generic: Word) -> bool:
    """`降级状态` and `sev2等级` say the state alone; the general word after it names no field."""
    is_user_word = value.lower.isascii() and not value.number and value.lower == value.text.lower()
    return value.index == generic.index - 1 and (sentence.is_a("states", value.index) or is_user_word)
