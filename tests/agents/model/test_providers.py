"""Names, keys and addresses of models: what is refused before anything is sent."""

from __future__ import annotations

import pytest

from agents.model.providers import ADDRESSES, ChatModel
from schemas.errors import Misconfigured
from tests.agents.model.clients import KEY, MODEL, PROMPT, chat


@pytest.mark.parametrize("name", ["gemini-3.5-flash", ":gemini", "google_genai:", ""])
def test_a_name_without_provider_or_model_is_refused_with_an_example(name: str) -> None:
    with pytest.raises(Misconfigured, match=r"provider:model.*google_genai"):
        chat("http://127.0.0.1:1", name)


@pytest.mark.parametrize("url", ["https://models.example.org/v1", "http://127.0.0.1:8900", "http://[::1]:8900", "http://localhost:8900"])
def test_a_key_goes_encrypted_or_stays_on_this_machine(url: str) -> None:
    assert chat(url).name == MODEL


@pytest.mark.parametrize(
    "url", ["http://models.example.org", "http://10.0.0.5:8900", "http://127.0.0.1.example.org", "ftp://x", "models.example.org"]
)
def test_an_address_that_would_show_the_key_is_refused(url: str) -> None:
    with pytest.raises(Misconfigured, match=r"OPSWRIGHT_MODEL_BASE_URL.*Use https"):
        chat(url)


@pytest.mark.parametrize("provider", ADDRESSES)
def test_a_hosted_provider_needs_a_key(provider: str) -> None:
    with pytest.raises(Misconfigured, match="OPSWRIGHT_MODEL_KEY"):
        chat("", f"{provider}:some-model", key=None)


def test_a_provider_whose_package_is_missing_is_told_with_the_package() -> None:
    with pytest.raises(Misconfigured, match=r"mistralai:mistral-large needs a package.*pip install langchain-mistralai"):
        chat("", "mistralai:mistral-large").ask(PROMPT, {})


def test_a_provider_that_nobody_knows_is_told() -> None:
    with pytest.raises(Misconfigured, match="OPSWRIGHT_MODEL"):
        chat("", "acme:model-1").ask(PROMPT, {})


def test_a_key_is_resolved_with_the_first_question_and_not_before() -> None:
    def refuse() -> str:
        raise Misconfigured("no such secret")

    model = ChatModel(MODEL, key=refuse, base_url="", timeout_seconds=1.0)
    with pytest.raises(Misconfigured, match="no such secret"):
        model.ask(PROMPT, {})


def test_its_printed_form_shows_no_key() -> None:
    model = chat("http://127.0.0.1:1")
    assert KEY not in repr(model._chat) + repr(model)
