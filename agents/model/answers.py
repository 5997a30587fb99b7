"""A model's message to a validated value. What is cut off, blocked or empty is never taken for an answer.

Libraries repair partial JSON until it parses: a body that was cut off by the token limit then passes as valid with half of its
members, and a blocked one raises nothing at all. So the text is parsed here, strictly, and only where the model says that it was done.
"""

from __future__ import annotations

import copy

from langchain_core.messages import AIMessage
from pydantic import BaseModel, ValidationError

from agents.model.failures import UnusableAnswer
from schemas.base import Json
from schemas.errors import quoted
from schemas.model import InvalidAnswer, Usage, Value

_REASON_NAMES = ("finish_reason", "stop_reason", "done_reason")
_DONE = frozenset({"stop", "end_turn", "stop_sequence", "complete"})
_OUT_OF_TOKENS = frozenset({"max_tokens", "length"})
_MOST_PROBLEMS = 5


def schema_of(answer: type[BaseModel]) -> Json:
    """Its JSON Schema without defaults, every member required: a member left out is then an error and no silent choice."""
    schema = copy.deepcopy(answer.model_json_schema())
    for part in (schema, *schema.get("$defs", {}).values()):
        if properties := part.get("properties"):
            part["required"] = list(properties)
            for member in properties.values():
                member.pop("default", None)
    return schema


def read(message: AIMessage, answer: type[Value], model: str) -> Value:
    """The value. Raises UnusableAnswer, and InvalidAnswer where the model could mend it."""
    text = _complete_text(message, model)
    try:
        return answer.model_validate_json(text)
    except ValidationError as error:
        problem = _problem(error)
        if error.errors()[0]["type"] == "json_invalid":
            raise UnusableAnswer(f"{model} sent JSON that is broken: {problem}", outcome="malformed") from error
        said = f"{model} sent no valid {answer.__name__}: {quoted(problem, 300)}."
        raise InvalidAnswer(said, text=text, problem=problem) from error


def usage_of(message: AIMessage, model: str) -> Usage:
    """The tokens that the provider counted, zero where it doesn't say."""
    counted = message.usage_metadata
    if counted is None:
        return Usage(model=model)
    return Usage(model=model, input_tokens=counted["input_tokens"], output_tokens=counted["output_tokens"])


def _complete_text(message: AIMessage, model: str) -> str:
    metadata = message.response_metadata
    if reason := getattr((metadata.get("prompt_feedback") or {}).get("block_reason"), "value", ""):
        raise UnusableAnswer(f"{model} did not read the prompt: blocked as {quoted(reason)}.", outcome="blocked")
    reason = next((str(metadata[name]) for name in _REASON_NAMES if metadata.get(name)), "")
    text = str(message.text)
    if reason.lower() in _OUT_OF_TOKENS:
        raise UnusableAnswer(f"{model} was cut off by its token limit after {len(text)} characters.", outcome="truncated")
    if reason.lower() not in _DONE:
        raise UnusableAnswer(f"{model} ended with {quoted(reason or 'no reason')} instead of an answer.", outcome="blocked")
    if not text.strip():
        raise UnusableAnswer(f"{model} answered with nothing.", outcome="empty")
    return text


def _problem(error: ValidationError) -> str:
    """The first problems, a line each; without the input, which the model knows."""
    problems = error.errors(include_url=False, include_input=False, include_context=False)[:_MOST_PROBLEMS]
    return "\n".join(f"{'.'.join(map(str, problem['loc'])) or 'the answer'}: {problem['msg']}" for problem in problems)
