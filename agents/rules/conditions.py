"""Clauses that choose rows: thresholds, emptiness, equality, windows, and adjectives beside the subject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from agents.rules.chinese.glossary import state_names
from agents.rules.draft import Draft, Figure, stems, tail, text
from agents.rules.fields import is_named, is_time, match_field, name_stems, own_stems, same, time_field
from agents.rules.ids import field_of_id
from agents.rules.intent import Emptiness, Equality, Intent, Phrase, Threshold
from agents.rules.measured import asks_metric, without_fillers
from agents.rules.subjects import nouns, plural_name, reference
from agents.rules.words import Word, alike, stems_of
from schemas.base import Scalar
from schemas.operation import Operation, RowField
from schemas.query import Call, Join, ParameterType, Predicate, Window

NEGATIONS = frozenset(("not", "non", "isn't", "aren't", "except", "but", "excluding", "besides"))
ARTICLES = frozenset(("the", "a", "an"))
NOBODY = frozenset(("nobody", "noone", "none", "nothing", "null", "无", "空"))
TRUTHS = dict.fromkeys(("true", "yes", "on", "enabled", "是", "真"), True) | dict.fromkeys(
    ("false", "no", "off", "disabled", "否", "假"), False
)
STATES = frozenset((stems_of("state"), stems_of("status")))
LIFE = frozenset(
    """running stopped terminated pending active inactive available unavailable failed failing ready completed cancelled archived
    expired degraded healthy""".split()
)
"""Of the states that there are terms for those that things of a cloud live through; encrypted, public or idle are no stages of life."""
CALLED = frozenset(stems_of("name identifier"))
LABEL_SCORE = 0.9
"""How well a word has to name a field before the word after it is taken for a value."""


def add_threshold(draft: Draft, clause: Threshold, *, is_only: bool) -> None:
    """`above 10% used`."""
    # Borrowed words are the subject's first; the rest of them must name the field.
    own = tuple(
        word for word in clause.before if not (clause.borrowed and (word.index in draft.subject.said_by or _is_member(draft, word)))
    )
    phrase = without_fillers(own + clause.after, draft)
    found = draft.figure(phrase, clause.value.dimension)
    draft.explained |= {word.index for word in own}
    name = "_".join(part for part in ("threshold", found.unit) if part) if is_only else f"{found.name}_threshold"
    unit = found.unit if draft.is_figure_of_metric(found) else clause.value.dimension if found.scale == 1.0 else ""
    parameter = draft.parameter(name, "number", _in_units_of(draft, found, clause.value.value), unit=unit)
    draft.where.append(Predicate(path=found.path, op=clause.op, parameter=parameter))


def _is_member(draft: Draft, word: Word) -> bool:
    """Whether a word beside a cloud's noun is a condition of its own: of `io1 volumes larger than 500` the io1."""
    return bool(draft.owner) and any(word.lower == member.lower() for field in draft.operation.fields for member in field.enum)


def _in_units_of(draft: Draft, found: Figure, figure: float) -> float:
    """A question's figure in the field's own unit. Who says 100 GB of a volume means 100 of the GiB that volumes have."""
    unit = {1024.0**2: "MiB", 1024.0**3: "GiB"}.get(1.0 / found.scale)
    power = next((power for power in (4, 3, 2) if figure % 1000.0**power == 0), None)
    if unit is None or power is None or figure % 1024.0**2 == 0:
        return figure * found.scale
    taken = figure / 1000.0**power * 1024.0**power * found.scale
    draft.assumptions.append(draft.voice.say("read_as_binary", figure=f"{taken:g}", unit=unit, field=found.name))
    return taken


def add_emptiness(draft: Draft, clause: Emptiness) -> None:
    """`without an owner`: a field of the row's own, else rows of another resource that refer to it."""
    said = stems(clause.phrase)
    named = [field for field in draft.operation.fields if is_named(said, field)]
    if found := match_field(said, named, owner=draft.owner):
        draft.use(found, text(clause.phrase))
        draft.where.append(_emptiness_of(draft, found.field, empty=clause.empty))
    elif not (clause.empty and _join_absent(draft, said)):
        raise draft.misfit_with_fields("no_such_field", said=text(clause.phrase))


def _emptiness_of(draft: Draft, found: RowField, *, empty: bool) -> Predicate:
    """Nothing in a field: for a count zero, for a flag false, for all else no value."""
    path = draft.path(found)
    if found.type in ("integer", "number") and not is_time(found):
        return Predicate(path=path, op="eq" if empty else "gt", parameter=draft.parameter(f"{tail(found.path)}_bound", "number", 0.0))
    if found.type == "boolean":
        return Predicate(path=path, op="eq", parameter=draft.parameter(tail(found.path), "boolean", not empty))
    return Predicate(path=path, op="is_empty" if empty else "is_not_empty")


def _join_absent(draft: Draft, said: tuple[str, ...]) -> bool:
    """Keep the rows that no row of a sibling refers to, or none in which the field that the phrase names is filled."""
    for sibling in draft.siblings:
        link = reference(draft.operation, sibling)
        if sibling.id == draft.operation.id or link is None:
            continue
        is_itself = all(any(alike(stem, part) for noun in nouns(sibling) for part in noun) for stem in said)
        found = None if is_itself else match_field(said, [field for field in sibling.fields if is_named(said, field)])
        if is_itself or found:
            _join(draft, sibling, link.left, link.right, found.field if found else None)
            if not link.is_stated:
                one, other = f"{plural_name(sibling)}.{link.right.path}", draft.path(link.left)
                draft.assumptions.append(draft.voice.say("taken_as", one=one, other=other))
            return True
    return False


def _join(draft: Draft, sibling: Operation, left: RowField, right: RowField, filled: RowField | None) -> None:
    alias = plural_name(sibling)
    where = (Predicate(path=f"{alias}.{filled.path}", op="is_not_empty"),) if filled and filled.path != right.path else ()
    call = Call(alias=alias, operation=sibling.id)
    draft.joins.append(Join(call=call, left=draft.path(left), right=f"{alias}.{right.path}", where=where))
    draft.where.append(Predicate(path=f"{alias}.{right.path}", op="is_empty"))
    draft.scores.append(0.9)


def add_equality(draft: Draft, clause: Equality) -> None:
    """`whose tier is critical`."""
    names = draft.identity
    if draft.owner:
        names = [field for field in names if name_stems(field.path)[-1] in CALLED]  # who names a thing does not say its id
    if not clause.phrase and not names:
        raise draft.misfit_with_fields("no_such_field", said="name")
    found = draft.find(clause.phrase, "number" if clause.value.number else "text") if clause.phrase else names[0]
    if not clause.phrase:
        draft.used.append(found)
    if clause.value.lower in NOBODY:
        draft.where.append(Predicate(path=draft.path(found), op="is_not_empty" if clause.negated else "is_empty"))
    else:
        _compare(draft, found, clause.value, negated=clause.negated)


def _compare(draft: Draft, found: RowField, value: Word, *, negated: bool) -> None:
    constant: Scalar = value.text
    kind: ParameterType = "string"
    if found.enum:
        members = [member for member in found.enum if member.lower() == value.lower] or [m for m in found.enum if _says(value, m)]
        if len(members) != 1:
            raise draft.misfit("not_a_member", field=found.path, members=", ".join(found.enum), said=value.text)
        constant = members[0]
    elif found.type in ("integer", "number"):
        if value.number is None:
            raise draft.misfit("not_a_figure", field=found.path, said=value.text)
        constant, kind = value.number.value, "number"
    elif found.type == "boolean":
        if value.lower not in TRUTHS:
            raise draft.misfit("not_a_member", field=found.path, members="true, false", said=value.text)
        constant, kind = TRUTHS[value.lower], "boolean"
    if any(predicate.path == draft.path(found) and predicate.op == "eq" for predicate in draft.where):
        raise draft.misfit("two_things", field=found.path)
    name = draft.parameter(tail(found.path), kind, constant)
    draft.where.append(Predicate(path=draft.path(found), op="ne" if negated else "eq", parameter=name))


def window(draft: Draft, intent: Intent) -> Window | None:
    """`opened in the last 7 days`: the time that a word names, else the one at which the thing began."""
    if intent.window_hours is None:
        return None
    moments = [word for word in draft.open_words if draft.match(word.stems, "time") and not _is_state(draft, word)]
    if not moments and asks_metric(draft, intent):
        return None  # the metric's own window
    found = time_field(stems(moments), draft.operation.fields)
    if found is None:
        raise draft.misfit_with_fields("no_time_field")
    if draft.joins and not moments:
        # "services without deployments in the last week": a window on the services' own time would answer another question.
        raise draft.misfit("window_on_absence")
    draft.explained |= {word.index for word in moments}
    draft.use(found, "" if moments else draft.voice.say("the_time"))
    return Window(path=draft.path(found.field), parameter=draft.parameter("window_hours", "number", intent.window_hours, unit="hours"))


def _is_state(draft: Draft, word: Word) -> bool:
    """A member of an enumeration is one before it is the name of a time: firing, of `fired_at`."""
    return any(_says(word, member) for field in draft.operation.fields for member in field.enum)


def add_adjectives(draft: Draft, rest: Phrase) -> None:
    """Words beside the subject: members of an enumeration, true flags, and `region eu-west-1`."""
    for one, other in pairwise(rest):
        if other.index == one.index + 1 and not {one.index, other.index} & draft.explained:
            _flag(draft, Word(one.index, f"{one.text} {other.text}", f"{one.lower} {other.lower}", one.stems + other.stems), rest)
    for word in draft.open_words:
        _flag(draft, word, rest)
    for one, other in pairwise(draft.open_words):
        if draft.owner and other.index == one.index + 1 and not {one.index, other.index} & draft.explained:
            _labelled(draft, (one, other))
    for word in draft.open_words:
        _labelled(draft, (word,))
    if draft.owner:
        for word in draft.open_words:
            _identified(draft, word)


def _flag(draft: Draft, word: Word, rest: Phrase) -> None:
    negation, bare = _negation(draft, word, rest)
    holders = [field for field in draft.operation.fields if _holds(field, bare)]
    if draft.owner and (flags := _own_flags(draft, bare)):
        holders = flags
    elif draft.owner:
        holders = _own_state(draft, bare, holders) or holders
    if len(holders) > 1:
        choices = draft.voice.say("or").join(field.path for field in holders)
        raise draft.misfit("may_be_either", said=word.text, choices=choices, first=holders[0].path)
    for holder in holders:
        truth = _constant(holder, bare)
        _compare(draft, holder, truth, negated=negation is not None)
        draft.explained |= {word.index if negation is None else negation, word.index, word.index + word.lower.count(" ")}
        # In "with status failed" the field's own name says nothing more.
        name = name_stems(holder.path)
        draft.explained |= {other.index for other in draft.open_words if all(any(same(s, n) for n in name) for s in other.stems)}
        draft.used.append(holder)
        draft.scores.append(1.0)


def _own_flags(draft: Draft, word: Word) -> list[RowField]:
    """Of a cloud's rows the flags that a word says: default of `IsDefault`, else encrypted of `StorageEncrypted`."""
    flags = [field for field in draft.operation.fields if field.type == "boolean" and "." not in field.path]
    named = [(field, tuple(stem for stem in own_stems(field.path, draft.owner) if stem != "is")) for field in flags]
    exact = [field for field, stems in named if _are_alike(word.stems, stems)]
    is_participle = len(word.stems) == 1 and word.lower.endswith("ed")
    return exact or [field for field, stems in named if is_participle and alike(word.stems[0], stems[-1])]


def _constant(holder: RowField, word: Word) -> Word:
    """What a field is compared with: a flag with true, a state that no API lists with its English name."""
    if holder.type == "boolean":
        return Word(word.index, "true", "true", ())
    return word if holder.enum else replace(word, text=word.lower)


def _own_state(draft: Draft, word: Word, holders: list[RowField]) -> list[RowField]:
    """Of a cloud's rows the state of the thing itself, not of something inside it: listed, or free text and a state anywhere."""
    states = [field for field in draft.operation.fields if own_stems(field.path, draft.owner) in STATES]
    listed = [field for field in states if field in holders]
    free = [field for field in states if field.type == "string" and not field.enum]
    if listed or len(free) != 1 or not any(_says(word, state) for state in LIFE & state_names()):
        return listed
    draft.assumptions.append(draft.voice.say("read_as_state", said=word.text, field=free[0].path))
    return free


def _holds(field: RowField, word: Word) -> bool:
    flag = field.path.removeprefix("is_")
    return any(_says(word, member) for member in field.enum) or (field.type == "boolean" and _says(word, flag))


def _negation(draft: Draft, word: Word, rest: Phrase) -> tuple[int | None, Word]:
    """The index of what negates the word (not failed, non-critical, unhealthy), or None, and the word without it."""
    before = next((other for other in reversed(rest) if other.index < word.index and other.lower not in ARTICLES), None)
    if before is not None and before.lower in NEGATIONS:
        return before.index, word
    for prefix in ("non-", "un"):
        bare = word.lower.removeprefix(prefix)
        if bare != word.lower and not any(_holds(field, word) for field in draft.operation.fields):
            return word.index, Word(word.index, bare, bare, stems_of(bare))
    return None, word


def _identified(draft: Draft, word: Word) -> None:
    """`instances in vpc-0a1b2c`: an id of AWS says by its letters in which field it is, and a zone by its form."""
    found = field_of_id(word.lower, draft.operation.fields)
    if found is not None and word.index not in draft.explained:
        _compare(draft, found, word, negated=False)
        draft.explained.add(word.index)
        draft.used.append(found)
        draft.scores.append(1.0)


def _labelled(draft: Draft, label: Phrase) -> None:
    """`region eu-west-1`: a field's name and a value after it. Another field's name, or a mere word beside a figure, is no value."""
    said, last = stems(label), label[-1].index
    labels = [field for field in draft.operation.fields if not field.enum]
    found = match_field(said, labels, "text", owner=draft.owner) or match_field(said, labels, "number", owner=draft.owner)
    value = next((other for other in draft.open_words if other.index == last + 1), None)
    if found is None or found.score < LABEL_SCORE or value is None or last in draft.explained:
        return
    if value.number is None and (found.field.type in ("integer", "number", "boolean") or match_field(value.stems, draft.operation.fields)):
        return
    draft.use(found, text(label))
    _compare(draft, found.field, value, negated=False)
    draft.explained |= {*(word.index for word in label), value.index}


def _says(word: Word, member: str) -> bool:
    """Whether a word is a member of an enumeration, in any form: failed, failure; `rolled_back` as rolled-back."""
    return bool(word.stems) and _are_alike(word.stems, name_stems(member))


def _are_alike(stems: Sequence[str], others: Sequence[str]) -> bool:
    return len(stems) == len(others) and all(alike(one, other) for one, other in zip(stems, others, strict=True))
