"""Whether an operation lists what a question is about, and how one resource refers to another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from agents.generate.expressions import identifier
from agents.rules.fields import identity_fields, name_stems
from agents.rules.words import Word, alike, stems_of
from rag.words import split_identifier, stem, tokens
from schemas.operation import Operation, RowField

FILLERS = frozenset(
    """a all already am an and any anything are as at be been by can could currently data describe details did display do does each
    entries every exist existing fetch find for from get give had has have hello hey hi how i in info information is it items its
    just know lasted lasting let list look me my name names need now of on ones our out over please print return right running's
    s see shall should show some still take takes taking tell than that the their them then there these they this those to took
    total us use using want was we were what when where which who whose will with within would you your""".split()
)
"""Words that carry no condition. Negations and comparisons are not among them."""

LONGEST_ACRONYM = 3
"""Letters of a service's name that is written in capitals: EC2, RDS."""

POINTING = frozenset("this the my our your that on of in for from at to 这 这个 这台 这些 本 本机 該 该".split())
"""What stands before a word that names a place."""

_VERBS = frozenset(stems_of("list get describe show read fetch search query all find retrieve"))
_NOT_A_NOUN = re.compile(r"\{.*\}|api|apis|v?\d+\w*", re.IGNORECASE)


_SAID_OTHERWISE: dict[str, tuple[tuple[str, ...], ...]] = {
    name: tuple(stems_of(other) for other in others)
    for name, *others in (
        ("ec2.DescribeInstances", "servers", "machines", "virtual machines", "vms"),
        ("ec2.DescribeVolumes", "ebs volumes"),
        ("ec2.DescribeSnapshots", "ebs snapshots"),
        ("ec2.DescribeImages", "amis"),
        ("ec2.DescribeAddresses", "elastic ips", "elastic ip addresses", "eips"),
        ("rds.DescribeDBInstances", "databases", "database instances", "database servers", "rds instances"),
        ("rds.DescribeDBClusters", "database clusters", "rds clusters", "aurora clusters"),
        ("rds.DescribeDBSnapshots", "database snapshots", "rds snapshots"),
        ("autoscaling.DescribeAutoScalingGroups", "asgs", "autoscaling groups"),
    )
}
"""What people call what an API of a cloud names first: other words for one thing, in which no condition hides."""


@dataclass(frozen=True)
class Subject:
    """An operation as the subject of a question: how much of its name was said, and by which words (their indexes)."""

    coverage: float
    said_by: frozenset[int]


def match_subject(operation: Operation, words: Sequence[Word]) -> Subject | None:
    """How well the words name what the operation lists, or None where its head noun is not among them."""
    best = 0.0
    named: set[int] = set()
    for noun in nouns(operation):
        said_words = [word for word in words if word.stems and all(any(alike(stem, part) for part in noun) for stem in word.stems)]
        compounds = [pair for pair in _compounds(words) if pair[0] in noun]
        said_words = [word for word in said_words if not _is_member(word, said_words, operation)]
        heads = [word for word in said_words if any(alike(stem, noun[-1]) for stem in word.stems)]
        if not heads and not any(stem == noun[-1] for stem, _ in compounds):
            continue
        stems = {stem for word in said_words for stem in word.stems} | {stem for stem, _ in compounds}
        coverage = sum(any(alike(stem, part) for stem in stems) for part in noun) / len(noun)
        if coverage < 1.0 and operation.protocol == "aws":
            continue  # reserved instances are no instances, and of a cloud's many nouns the one that is said is meant
        best = max(best, coverage)
        named |= {word.index for word in said_words} | {index for _, indexes in compounds for index in indexes}
    return Subject(best, frozenset(named)) if named else None


def _is_member(word: Word, said: Sequence[Word], operation: Operation) -> bool:
    """Whether a cloud's noun, said once more, is a condition: `alarms in ALARM`, which is a state of theirs."""
    twins = [other for other in said if other.index != word.index and other.stems == word.stems]
    if not twins or operation.protocol != "aws":
        return False
    members = {member.lower() for field in operation.fields for member in field.enum}
    return word.lower in members and any(twin.lower not in members or twin.index < word.index for twin in twins)


def _compounds(words: Sequence[Word]) -> list[tuple[str, tuple[int, int]]]:
    """The stem that two words make when they are written as one: file systems. Only a noun that is exactly that is meant."""
    pairs = [(one, other) for one, other in pairwise(words) if other.index == one.index + 1 and one.stems and other.stems]
    return [(stem("".join((one.lower, other.lower))), (one.index, other.index)) for one, other in pairs]


def heads(operation: Operation) -> frozenset[str]:
    """The stems of its head nouns."""
    return _heads(nouns(operation))


@lru_cache(maxsize=16384)
def _heads(named: tuple[tuple[str, ...], ...]) -> frozenset[str]:
    return frozenset(noun[-1] for noun in named)


def nouns(operation: Operation) -> tuple[tuple[str, ...], ...]:
    """What the operation lists, as stems, by its path, its row's title and its own name; the head noun last."""
    if operation.protocol == "aws":
        return _aws_nouns(operation.name)
    return _nouns(operation.path, operation.row_title, operation.name)


@lru_cache(maxsize=4096)
def _nouns(path: str, row_title: str, name: str) -> tuple[tuple[str, ...], ...]:
    own_name = tuple(stem for stem in stems_of(name) if stem not in _VERBS)
    named = (stems_of(_last_segment(path)), stems_of(row_title), own_name)
    return tuple(dict.fromkeys(noun for noun in named if noun))


@lru_cache(maxsize=16384)
def _aws_nouns(name: str) -> tuple[tuple[str, ...], ...]:
    """`ec2.DescribeInstances`: instances, and EC2 instances. A row's title says less: directory buckets are Buckets."""
    service, _, called = name.partition(".")
    own = stems_of(called)[1:]
    named = [noun for noun in (own, *_SAID_OTHERWISE.get(name, ())) if noun]
    return tuple(dict.fromkeys(noun for found in named for noun in (found, (*stems_of(service), *found))))


def _last_segment(path: str) -> str:
    segments = [segment for segment in path.partition("?")[0].split("/") if segment and not _NOT_A_NOUN.fullmatch(segment)]
    return segments[-1] if segments else ""


def plural_name(operation: Operation) -> str:
    """What to call the rows in code and in sentences: `on_call_rotas` of list_on_call_rotas, else the last noun of the path."""
    if operation.protocol == "aws":
        return identifier("_".join(split_identifier(operation.name.partition(".")[2])[1:]) or "rows")
    # `ecs.DescribeInstances`, where all operations have one path.
    name = operation.name.rpartition(".")[2] if "?" in operation.path else operation.name
    verb, *nouns_of_name = split_identifier(name) or [""]
    is_written_by_hand = stem(verb) in _VERBS and nouns_of_name and nouns_of_name[-1] != operation.method.lower()
    from_path = re.sub(r"\W+", "_", _last_segment(operation.path).lower()).strip("_")
    return identifier("_".join(nouns_of_name) if is_written_by_hand else from_path or "rows")


def spoken_name(operation: Operation) -> str:
    """The rows in a sentence: `deployments`, `EC2 instances`."""
    noun = plural_name(operation).replace("_", " ")
    if operation.protocol != "aws":
        return noun
    service = operation.name.partition(".")[0]
    letters = sum(character.isalpha() for character in service)
    return f"{service.upper() if letters <= LONGEST_ACRONYM else service.capitalize()} {noun}"


def is_place(word: Word, before: Word | None, operation: Operation) -> bool:
    """Whether a word only says which system is meant: the source's name, or one of its product words after `on this`."""
    if not word.stems:
        return False
    source = tokens(operation.source)
    if operation.protocol == "aws" and word.lower.replace("-", "") in _names_of_service(operation):
        return True
    if all(any(alike(stem, part) for part in source) for stem in word.stems):
        return True
    products = tokens(" ".join(operation.tags))
    points = before is not None and before.lower in POINTING
    return points and all(any(alike(stem, part) for part in products) for stem in word.stems)


def without_qualifiers(words: Sequence[Word], operation: Operation) -> list[Word]:
    """The words but for those that the operation's title says of all its rows, if all of these are said: `List scrape targets with …`.

    A part of them would not do: of `List failed and pending jobs`, the failed ones are not all.
    """
    said = {stem for word in words for stem in word.stems}
    qualifiers = set(_qualifiers(operation.summary, heads(operation)))
    if operation.protocol == "aws" or not qualifiers <= said:
        return list(words)
    return [word for word in words if not word.stems or not qualifiers.issuperset(word.stems)]


@lru_cache(maxsize=4096)
def _qualifiers(title: str, named: frozenset[str]) -> tuple[str, ...]:
    """The stems between the verb that a title begins with and the first noun for its rows."""
    verb, *others = stems_of(title) or ("",)
    end = next((index for index, stem in enumerate(others) if stem in named), 0)
    return tuple(others[:end]) if verb in _VERBS else ()


def _names_of_service(operation: Operation) -> tuple[str, ...]:
    return ("aws", "amazon", operation.name.partition(".")[0].replace("-", ""))


def is_called_so(operation: Operation, words: Sequence[Word]) -> bool:
    """Whether the catalogue says of the operation's service what the words say: `instances` of EC2, and of no other service."""
    typed = {word.text for word in words}
    said = f" {' '.join(word.lower for word in words).replace('-', ' ')} "
    return any(tag in typed or f" {tag.lower()} " in said for tag in operation.tags)


@dataclass(frozen=True)
class Reference:
    """`right` of another resource's rows holds `left` of this one's; `is_stated` where a name or description says which."""

    left: RowField
    right: RowField
    is_stated: bool


def reference(operation: Operation, other: Operation) -> Reference | None:
    """How `other` refers to `operation`: `service` or `service_id` in a rota is the `id` of a service."""
    heads = {noun[-1] for noun in nouns(operation)}
    for field in other.fields:
        stems = name_stems(field.path)
        if field.type not in ("string", "integer") or not any(alike(stems[0], head) for head in heads):
            continue
        said = stems[1:] if len(stems) > 1 else tuple(stem for stem in name_stems(field.description) if stem in ("id", "name"))
        left = _key(operation, said[0] if len(said) >= 1 else "")
        if left is not None and (len(stems) == 1 or (len(stems) == 2 and stems[1] in ("id", "name"))):
            return Reference(left, field, is_stated=bool(said))
    return None


def _key(operation: Operation, said: str) -> RowField | None:
    keys = identity_fields(operation.fields)
    return next((field for field in keys if field.path == said), None) or next(
        (field for field in keys if field.path == "id"), keys[0] if keys else None
    )
