"""What an AWS operation does, told from its name, its documentation and what it answers with.

botocore marks a tenth of the operations as `readonly`, and some of those start or stop things: the verb decides, by a list of verbs
that read (`effects/aws.yaml`). What then speaks of a change or of a secret is heard as in any other API. Single operations are named
in the same file where all that misleads.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from doc_sources import data_files, effects
from doc_sources.effects import EffectJudge, Judgement, WordSet
from doc_sources.facts import Facts
from doc_sources.words import split
from schemas.base import Frozen
from schemas.errors import quoted
from schemas.operation import Effect


class Named(Frozen):
    """What operations do whose names, documentation and answers mislead: `ec2.GetPasswordData`."""

    operations: tuple[str, ...]
    effect: Effect
    reason: str


class AwsRules(Frozen):
    """`effects/aws.yaml`, which explains them."""

    reading_verbs: WordSet
    revealing_endings: WordSet
    revealing_texts: WordSet
    named: tuple[Named, ...]


@dataclass(frozen=True)
class AwsFacts:
    """What an operation says about itself.

    `texts` are the names of the texts in its answer, at any depth. An answer that is streamed is content rather than data.
    """

    service: str
    name: str
    summary: str = ""
    description: str = ""
    texts: frozenset[str] = frozenset()
    is_streamed: bool = False


class AwsEffectJudge:
    """Judges AWS's operations, failing closed."""

    def __init__(self, rules: AwsRules, general: EffectJudge) -> None:
        self._rules = rules
        self._secrets = tuple(words.replace(" ", "") for words in sorted(rules.revealing_texts))
        self._named = {operation: named for named in rules.named for operation in named.operations}
        self._general = general

    def judge(self, facts: AwsFacts) -> Judgement:
        """The effect, with a reason that completes "because"."""
        if named := self._named.get(f"{facts.service}.{facts.name}"):
            return Judgement(named.effect, named.reason)
        verb = _verb(facts.name)
        if verb not in self._rules.reading_verbs:
            return Judgement(Effect.WRITE, f"its name begins with {quoted(verb)}, which is not known to read")
        found = self._general.judge(Facts("GET", "", facts.name, facts.summary, facts.description))
        if found.effect is not Effect.READ:
            return found
        if reason := self._revealing(facts):
            return Judgement(Effect.REVEAL, reason)
        return Judgement(Effect.READ, f"its name begins with {quoted(verb)}, and nothing speaks of a change")

    def _revealing(self, facts: AwsFacts) -> str | None:
        ending = split(facts.name)[-1]
        if ending in self._rules.revealing_endings:
            return f"its name is about a signed address: {quoted(ending)}"
        if secret := next((text for text in sorted(facts.texts) if _folded(text).endswith(self._secrets)), None):
            return f"its answer holds a secret: {quoted(secret)}"
        return "it hands out stored content" if facts.is_streamed else None


def _folded(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _verb(name: str) -> str:
    """The verb of a name: `get` of `GetMetricData`, and of `BatchGetBuilds`."""
    words = split(name)
    return words[1] if words[:1] == ("batch",) and len(words) > 1 else words[0]


def load_aws_judge(folder: Path = effects.FOLDER) -> AwsEffectJudge:
    """The judge. Reads the disk; raises Misconfigured at a broken file."""
    return AwsEffectJudge(data_files.load(folder / "aws.yaml", AwsRules), effects.load_judge(folder=folder))
