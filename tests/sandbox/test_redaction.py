"""Redaction: what must be hidden, what must survive, and that JSON stays JSON."""

from __future__ import annotations

import base64
import json
import math
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sandbox.credential_names import WORDS, is_credential, is_cursor
from sandbox.credential_patterns import shapes
from sandbox.pace import SearchOverdue
from sandbox.redaction import MIN_SECRET_LENGTH, Redactor

_CORPUS = yaml.safe_load((Path(__file__).parent / "data" / "redaction.yaml").read_text(encoding="utf-8").replace("§", ""))
_HIDDEN: list[dict[str, str]] = _CORPUS["hidden"]
_KEPT: list[str] = _CORPUS["kept"]
_MARK = "[redacted:credential]"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def test_the_corpus_is_large_enough_both_ways() -> None:
    assert len(_HIDDEN) >= 60
    assert len(_KEPT) >= 60


@pytest.mark.parametrize("case", _HIDDEN, ids=lambda case: case["text"][:50])
def test_a_credential_gives_way_to_a_mark_of_its_kind(case: dict[str, str]) -> None:
    redacted, count = Redactor().redact(case["text"])

    assert case["gone"] in case["text"]
    assert case["gone"] not in redacted
    assert f"[redacted:{case['kind']}]" in redacted
    assert count >= 1


@pytest.mark.parametrize("text", _KEPT, ids=lambda text: text[:50])
def test_ordinary_operations_data_comes_out_as_it_went_in(text: str) -> None:
    assert Redactor().redact(text) == (text, 0)


@pytest.mark.parametrize("case", [case for case in _HIDDEN if _is_json(case["text"])], ids=lambda case: case["text"][:50])
def test_redacted_json_keeps_its_shape(case: dict[str, str]) -> None:
    redacted, _ = Redactor().redact(case["text"])

    assert _shape(json.loads(redacted)) == _shape(json.loads(case["text"]))


@pytest.mark.parametrize("case", _HIDDEN, ids=lambda case: case["text"][:50])
def test_redacting_twice_changes_nothing_more(case: dict[str, str]) -> None:
    once, _ = Redactor().redact(case["text"])

    assert Redactor().redact(once) == (once, 0)


def test_everything_at_once_is_found_as_often_as_alone() -> None:
    document = json.dumps([case["text"] for case in _HIDDEN] + _KEPT)

    redacted, count = Redactor().redact(document)

    assert count >= len(_HIDDEN)
    assert len(json.loads(redacted)) == len(_HIDDEN) + len(_KEPT)
    assert [case["gone"] for case in _HIDDEN if case["gone"] in redacted and not any(case["gone"] in text for text in _KEPT)] == []


@pytest.mark.parametrize(
    "text",
    [
        "eyJ" * 60_000,
        "eyJ-" * 50_000,
        ("a" * 1020 + ".eyJ") * 200,
        "xoxb-1-" * 30_000,
        "-----BEGIN PRIVATE KEY-----" * 7_000,
        "://a:" * 40_000,
        'password": "' * 15_000,
        '{"password": "' + '\\"' * 90_000 + '"}',
        '{"password": "' + "\\" * 180_000 + '"}',
        '"value":"a","name":"password"' * 6_000,
        '["token",' * 20_000,
        '{"password":{' * 15_000,
        '{"name":"PASSWORD","value":' * 7_000,
        '"value\\":\\"token\\"' * 6_000,
        "bearer " * 25_000,
        "password=" * 120_000,
        "password=$" * 120_000,
        "db_password: " + "db_token=" * 120_000,
        "password='x" * 100_000,
        "--token " * 100_000 + "--token=" * 120_000,
        "-" * 200_000,
    ],
    ids=lambda text: text[:20],
)
def test_no_response_keeps_the_redactor_busy_for_ever(text: str) -> None:
    redacted, _ = Redactor().redact(text)

    assert len(redacted) <= 2 * len(text)


_NAMES = st.sampled_from(["password", "note", "api_key", "next_token", "name", "value", "token", "cmd", "Authorization"])
_FRAGMENTS = st.sampled_from(
    [
        "password=",
        "--token",
        " ",
        '"',
        "'",
        "\\",
        "\n",
        "eyJ",
        "://u:p@h",
        "npm_" + "a" * 36,
        "AKIA" + "A" * 16,
        "secret: x",
        "=",
        ",",
        "é",
        "x",
    ]
)
_TEXTS = st.lists(_FRAGMENTS, max_size=8).map("".join) | st.text(max_size=12)
_DOCUMENTS = st.recursive(
    _TEXTS | st.none() | st.booleans() | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4) | inner.map(json.dumps),
    max_leaves=12,
)


@given(st.lists(_DOCUMENTS, max_size=4), st.booleans())
def test_any_json_stays_json_of_the_same_shape(document: list[Any], ascii_only: bool) -> None:
    redacted, _ = Redactor(["hunter2-hunter2"]).redact(json.dumps(document, ensure_ascii=ascii_only))

    assert _shape(json.loads(redacted)) == _shape(document)


@given(
    st.text(alphabet=st.characters(codec="utf-8", min_codepoint=33), min_size=MIN_SECRET_LENGTH, max_size=40).filter(
        lambda text: text not in _MARK
    )
)
def test_a_secret_of_ours_never_comes_back_however_the_server_writes_it(secret: str) -> None:
    redactor = Redactor([secret])

    for echoed in (secret, json.dumps({"echo": f"you sent {secret}"}), json.dumps({"echo": secret}, ensure_ascii=False)):
        redacted, count = redactor.redact(echoed)
        assert count >= 1
        assert secret not in redacted


@pytest.mark.parametrize("secret", ["my long pass phrase", "s3cr3t pa$$/wörd", "abc~def ghi+jkl"])
@pytest.mark.parametrize("written", [quote_plus, quote, partial(quote, safe="")])
def test_a_secret_is_found_as_a_form_or_an_address_has_it(secret: str, written: Callable[[str], str]) -> None:
    assert Redactor([secret]).redact(f"got {written(secret)} from you")[0] == f"got {_MARK} from you"


@pytest.mark.parametrize(
    "echo",
    [
        lambda secret: "".join(f"\\u{ord(letter):04x}" for letter in secret),
        lambda secret: secret.replace("k", "\\u006B"),
        lambda secret: "\\\\" + secret.replace("k", "\\u006b"),
        lambda secret: secret.encode().hex(),
        lambda secret: secret.encode().hex().upper(),
        lambda secret: base64.b64encode(secret.encode()).decode(),
        lambda secret: base64.urlsafe_b64encode(secret.encode()).decode(),
    ],
)
def test_an_echo_in_disguise_is_found_and_its_json_stays_json(echo: Callable[[str], str]) -> None:
    secret = "k7Gd?>20dkqpz?>91"
    redacted, count = Redactor([secret]).redact(f'{{"echo": "{echo(secret)}", "note": "\\u4f60 \\u0022 \\u005c"}}')
    assert count == 1
    assert _MARK in json.loads(redacted)["echo"]
    assert json.loads(redacted)["note"] == '你 " \\'


def test_escapes_that_hide_nothing_stay_as_they_are() -> None:
    text = '{"query": "a\\u0026b", "note": "\\u003c\\\\u0041"}'
    assert Redactor(["secret-secret"]).redact(text) == (text, 0)


@pytest.mark.parametrize(
    "repeated",
    ["our-secret ", "password=", "-----BEGIN ", "bearer ", "secret=$", '"token":"x",', '{"\\u0061":1}'],
)
def test_a_search_that_outlasts_the_run_s_end_gives_up(repeated: str) -> None:
    text = f"[{repeated * 300}"
    redactor = Redactor(["our-secret"])
    redactor.redact(text, math.inf)
    redactor.redact(text, time.monotonic() + 60)
    with pytest.raises(SearchOverdue):
        redactor.redact(text, time.monotonic() - 1)


def test_one_value_without_an_end_is_a_search_that_can_outlast_the_run_too() -> None:
    with pytest.raises(SearchOverdue):
        Redactor().redact('{"token":"' + '\\\\\\"' * 300, time.monotonic() - 1)


def test_more_stretches_than_any_listing_has_are_searched_all_the_same() -> None:
    redacted, count = Redactor().redact("," * 1_000_001 + "password=hunter2")
    assert (redacted.lstrip(","), count) == ("password=[redacted:password]", 1)


@pytest.mark.parametrize(("length", "hidden"), [(MIN_SECRET_LENGTH - 1, 0), (MIN_SECRET_LENGTH, 1)])
def test_only_secrets_long_enough_to_tell_apart_are_searched_for(length: int, hidden: int) -> None:
    assert Redactor(["q" * length]).redact(f"echo {'q' * length} end")[1] == hidden


def test_a_redactor_learns_more_secrets_without_forgetting() -> None:
    redactor = Redactor(["first-secret"]).knowing(["second-secret"])

    assert redactor.redact("first-secret second-secret")[0] == f"{_MARK} {_MARK}"
    assert redactor.knowing(["first-secret"]) is redactor
    assert "secret" not in repr(redactor)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("x-auth-token", "abc", "[redacted:token]"),
        ("x-next-page-token", "abc", "abc"),
        ("link", "<http://h/x?cursor=abc>", "<http://h/x?cursor=abc>"),
        ("location", "http://u:pw123@h/", "http://u:[redacted:password]@h/"),
    ],
)
def test_a_header_is_judged_by_its_name_too(name: str, value: str, shown: str) -> None:
    assert Redactor().redact_named(name, value)[0] == shown


def test_every_pattern_of_the_library_has_an_anchor_that_begins_its_matches() -> None:
    for shape in shapes():
        assert shape.anchors
        assert all(anchor == anchor.lower() for anchor in shape.anchors if shape.ignores_case and anchor.isascii())


def test_no_anchor_and_no_word_has_the_comma_that_stretches_are_told_apart_by() -> None:
    assert not [anchor for shape in shapes() for anchor in shape.anchors if "," in anchor]
    assert not [word for word in WORDS if "," in word]


@pytest.mark.parametrize("case", _HIDDEN, ids=lambda case: case["text"][:50])
@pytest.mark.parametrize("comma", [",", ",,", ' , "x": 1, '])
def test_what_is_hidden_is_hidden_between_commas_and_beside_what_repeats(case: dict[str, str], comma: str) -> None:
    redacted, _ = Redactor().redact(case["text"] + f"{comma}1{comma}\n" + case["text"])
    assert case["gone"] not in redacted


def test_what_makes_a_retry_on_aws_harmless_is_no_credential_and_vaults_token_is_one() -> None:
    assert not is_credential("ClientToken")
    assert is_credential("client_token")
    assert is_credential("clientToken")


def test_a_cursor_is_no_credential() -> None:
    for name in ("nextToken", "next_page_token", "ContinuationToken", "$skiptoken", "page-token"):
        assert is_cursor(name)
        assert not is_credential(name)
    for name in ("page_access_token", "restToken", "resetToken", "DB_PASSWORD"):
        assert is_credential(name)


def _shape(value: Any) -> Any:
    """A document with its texts left out."""
    if isinstance(value, dict):
        return {key: _shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_shape(inner) for inner in value]
    return "" if isinstance(value, str) else value
