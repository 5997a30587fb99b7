"""The rules engine: no model, no key, no network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches

from agents.generate import author
from agents.knowledge import Knowledge
from agents.rules import chinese, grammar
from agents.rules.draft import Misfit
from agents.rules.grounding import Grounded, ground
from agents.rules.intent import Intent
from agents.rules.subjects import FILLERS, heads, is_called_so, match_subject, plural_name, spoken_name
from agents.speech.language import language_of
from agents.speech.voice import Voice
from schemas.errors import CandidateRejected, QuestionDeclined
from schemas.operation import Operation, Slice
from schemas.ports import Clock
from schemas.query import Query
from schemas.tool import Candidate, EngineName
from schemas.verification import Finding

MARGIN = 0.02
"""Two sources whose fits are nearer than this answer the question equally well."""


class RulesEngine:
    """Reads the questions of its family on whatever operations there are; declines the rest and says why."""

    name: EngineName = "rules"

    def __init__(self, format_both: Callable[[str, str], tuple[str, str]], clock: Clock) -> None:
        """`format_both` lays out a tool and its tests."""
        self._format = format_both
        self._clock = clock

    def plan(self, question: str, knowledge: Knowledge) -> Query:
        """The Query of the operation that explains every word of the question, and fits it best."""
        intent = read(question)
        voice = Voice(intent.language)
        fits, misfits = _attempts(intent, knowledge)
        fits = _at_home(fits, intent)
        if not fits:
            raise _declined(intent, misfits, knowledge, voice)
        best = max(fits, key=lambda found: _rank(found, intent))  # the first of equals: retrieval's order
        rivals = {g.operation.source for g in fits if g.operation.source != best.operation.source and g.fit > best.fit - MARGIN}
        if rivals:
            names = ", ".join(sorted({best.operation.source, *rivals}))
            raise QuestionDeclined(voice.say("several_sources", sources=names), hint=voice.say("say_the_source"))
        return _with_others(best, fits, intent)

    def write(self, query: Query, slices: Mapping[str, Slice], findings: Sequence[Finding], draft: Candidate | None = None) -> Candidate:
        """The template library's tool; there is only one, so findings end the matter."""
        if findings:
            said = "; ".join(f"{finding.check}: {finding.message}" for finding in findings[:3])
            raise CandidateRejected(f"The rules engine's tool was found wrong and it has no other way to write it. {said}")
        operations = {call.operation: slices[call.operation].operation for call in query.calls}
        documents = {name: slices[name].document for name in operations}
        candidate = author.write(query, operations, self._clock(), documents)
        source, tests = self._format(candidate.source, candidate.tests)
        return candidate.model_copy(update={"source": source, "tests": tests})


def read(question: str) -> Intent:
    """The question's clauses, by the grammar of its language. Raises QuestionDeclined for what the family has no clause for."""
    language = language_of(question)
    return grammar.read(question) if language == "en" else chinese.read(question, language)


def _attempts(intent: Intent, knowledge: Knowledge) -> tuple[list[Grounded], list[Misfit]]:
    fits: list[Grounded] = []
    misfits: list[Misfit] = []
    for operation in _candidates(intent, knowledge):
        try:
            grounded = ground(intent, operation, knowledge.neighbours(operation), knowledge.metrics_of(operation))
        except Misfit as misfit:
            misfits.append(misfit)
        else:
            fits += [grounded] if grounded else []
    return fits, misfits


def _service(found: Grounded) -> str:
    return found.operation.name.partition(".")[0]


def _rank(found: Grounded, intent: Intent) -> tuple[float, bool]:
    return round(found.fit, 6), is_called_so(found.operation, intent.rest)


def _at_home(fits: list[Grounded], intent: Intent) -> list[Grounded]:
    """Without things of a cloud that nobody calls so, where another source has what is asked for: `services` are AWS's quotas too."""
    asked = [found for found in fits if found.operation.protocol != "aws" or is_called_so(found.operation, intent.rest)]
    return asked if any(found.operation.protocol != "aws" for found in fits) else fits


def _with_others(best: Grounded, fits: Sequence[Grounded], intent: Intent) -> Query:
    """The Query; where a cloud has more things of the same name, with the choice stated.

    Raises QuestionDeclined where they are of several services, none of which people mean by that name.
    """
    query, rank, voice = best.query, _rank(best, intent), Voice(intent.language)
    others = [found for found in fits if found.operation.id != best.operation.id and _rank(found, intent) == rank]
    if best.operation.protocol != "aws" or not others:
        return query
    if len(services := {_service(found) for found in (best, *others)}) > 1 and not rank[1]:
        raise QuestionDeclined(
            voice.say("several_services", noun=query.call.alias.replace("_", " "), services=", ".join(sorted(services))),
            hint=voice.say("say_the_service"),
        )
    also = ", ".join(found.operation.label for found in others[:3])
    noun = query.call.alias.replace("_", " ")
    choice = voice.say("read_as_field", said=noun, field=best.operation.label, others=also)
    return query.model_copy(update={"assumptions": (*query.assumptions, choice)})


def _candidates(intent: Intent, knowledge: Knowledge) -> list[Operation]:
    """What retrieval finds for the words and, as a cloud's thousands of operations crowd others out, all that are named by one of them."""
    said = {stem for phrase in (intent.rest, *intent.phrases) for word in phrase for stem in word.stems}
    found = {operation.id: operation for operation in _retrieved(intent, knowledge)}
    named = (operation for operation in knowledge.listable() if not heads(operation).isdisjoint(said))
    # A service may list the same things twice, and describes them better than it lists them.
    described = sorted(named, key=lambda operation: ".Describe" not in operation.name)
    return list((found | {operation.id: operation for operation in described}).values())


def _retrieved(intent: Intent, knowledge: Knowledge) -> list[Operation]:
    words = " ".join(
        word.text if intent.language == "en" else word.lower
        for word in (*intent.rest, *(word for phrase in intent.phrases for word in phrase))
    )
    return [operation for operation in knowledge.retrieve(words) if operation.is_listable]


def _declined(intent: Intent, misfits: Sequence[Misfit], knowledge: Knowledge, voice: Voice) -> QuestionDeclined:
    if closed := _not_askable(intent, knowledge, voice):
        return QuestionDeclined(closed)
    if misfits:
        return QuestionDeclined(max(misfits, key=lambda misfit: misfit.fit).reason)
    subjects: dict[str, list[str]] = {}
    for operation in knowledge.listable():
        subjects.setdefault(operation.source, []).append(plural_name(operation).replace("_", " "))
    if not subjects:
        return QuestionDeclined(voice.say("no_source"), hint=f"{voice.say('add_a_source')}{_reading_on(intent, knowledge, voice)}")
    if near := _nearest(intent, [name for names in subjects.values() for name in names]):
        return QuestionDeclined(voice.say("nothing_lists"), hint=voice.say("did_you_mean", said=near[0], name=near[1]))
    known = "; ".join(f"{source}: {', '.join(sorted(set(names))[:15])}" for source, names in subjects.items())
    return QuestionDeclined(
        voice.say("nothing_lists"), hint=f"{voice.say('what_i_list', known=known)}{_reading_on(intent, knowledge, voice)}"
    )


def _reading_on(intent: Intent, knowledge: Knowledge, voice: Voice) -> str:
    """Where a text speaks of what can't be listed, if any does."""
    found = knowledge.passages(" ".join(word.text for word in intent.rest))
    return f" {voice.say('read_on', text=_named(found[0]))}" if found else ""


def _named(passage: Operation) -> str:
    return passage.docs_url or passage.id


def _not_askable(intent: Intent, knowledge: Knowledge, voice: Voice) -> str:
    """Why what a cloud's service is asked for by its name can't be listed: EBS snapshots are nobody's without an owner."""
    content = [word for word in intent.rest if word.stems and word.lower not in FILLERS]
    for operation in knowledge.closed():
        subject = match_subject(operation, content)
        if subject is None or any(not is_called_so(operation, (word,)) and word.index not in subject.said_by for word in content):
            continue
        if is_called_so(operation, content):
            needed = ", ".join(parameter.name for parameter in operation.parameters if parameter.required)
            why = voice.say("not_askable_needs", parameters=needed) if needed else voice.say("not_askable_rows")
            return voice.say("not_askable", call=operation.label, noun=spoken_name(operation), why=why)
    return ""


def _nearest(intent: Intent, names: Sequence[str]) -> tuple[str, str] | None:
    """A word of the question that is one slip away from something that can be listed, and that."""
    for word in intent.rest:
        if word.lower in FILLERS or word.lower in names:
            continue
        if found := get_close_matches(word.lower, names, n=1, cutoff=0.75):
            return word.text, found[0]
    return None
