"""A TextModel that answers from a list, for tests of what is asked of it and made of its answers."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError

from schemas.model import InvalidAnswer, Prompt, Reply, Usage, Value


class ScriptedModel:
    """Gives the prepared texts in turn, validated as the real client does; `prompts` holds what it was asked."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = list(texts)
        self.prompts: list[Prompt] = []

    def ask(self, prompt: Prompt, answer: type[Value]) -> Reply[Value]:
        """The next text as a value."""
        self.prompts.append(prompt)
        text = self._texts.pop(0)
        try:
            return Reply(answer.model_validate_json(text), Usage(model="scripted"))
        except ValidationError as error:
            raise InvalidAnswer("not valid", text=text, problem=str(error)) from error
