"""Reference pages: what a reader finds in a section is found, what is no reference is refused, and nothing is ever callable."""

from __future__ import annotations

import pytest

from doc_sources.formats.html_page import ENOUGH_CHARACTERS, MOST_BYTES
from doc_sources.formats.page_depth import MOST_DEPTH, is_too_deep
from doc_sources.formats.prose import MOST_CHARACTERS
from schemas.base import Json
from schemas.errors import SpecUnusable
from schemas.operation import Effect, Slice
from tests.doc_sources.formats.texts import operations_of, slices_of

REFERENCE = """<!doctype html><html><head><title>Log store API</title><script>var x = "GET /from/a/script"</script></head><body>
<header><a href="/">Home</a></header><nav><ul><li><code>menu</code>: of the site</li></ul></nav>
<div id="cookie-banner">We use cookies</div>
<main><h1>Log store API</h1><p>All about logs.</p>
<section id="query-range"><h2>Query a range <a class="headerlink" href="#query-range">¶</a></h2>
  <pre><code>GET /logs/api/v1/query_range</code></pre>
  <p>Logs of a time.</p>
  <h3>Parameters</h3>
  <ul>
    <li><code>query</code> (string, required): what to look for.</li>
    <li><code>limit=&lt;int&gt;</code>: at most so many. Defaults to <code>100</code>.</li>
    <li><code>direction</code>: one of <code>forward</code>, <code>backward</code>. Default: backward.</li>
  </ul>
  <h3>Response</h3>
  <table><tr><th>Field</th><th>Type</th><th>Description</th></tr><tr><td>status</td><td>string</td><td>success, or not</td></tr></table>
  <h3>Errors</h3>
  <table><tr><th>Code</th><th>Description</th></tr><tr><td>429</td><td>Too many requests.</td></tr></table>
  <h3>Example</h3>
  <pre>$ curl -G http://logs.example/logs/api/v1/query_range</pre>
</section>
<h2 id="push">Push</h2><p>Send lines with <code>POST /logs/api/v1/push</code>.</p>
<table><tr><th>Name</th><th>Type</th><th>Required</th><th>Default</th><th>Allowed values</th><th>Description</th></tr>
<tr><td>format</td><td>string</td><td>No</td><td>json</td><td>json, text</td><td>How lines are written.</td></tr>
<tr><td>stream</td><td>string</td><td>Yes</td><td>-</td><td></td><td>Where to.</td></tr></table>
</main><footer>All rights reserved</footer></body></html>"""

SDK = """<html><head><title>describe_things</title></head><body><div role="main"><h1>describe_things</h1>
<dl class="py method"><dt class="sig sig-object py" id="Cloud.Client.describe_things">
<span>Cloud.Client.</span><span>describe_things</span>(<em>**kwargs</em>)<a class="headerlink" href="#x">¶</a></dt>
<dd><p>Describes things.</p><dl class="field-list simple">
<dt>Parameters:</dt><dd><ul>
<li><p><strong>ThingIds</strong> (<em>list</em>) – The ids.</p></li>
<li><p><strong>Bucket</strong> (<em>string</em>) – <strong>[REQUIRED]</strong> Where they are.</p></li></ul></dd>
<dt>Returns:</dt><dd><ul><li><p><strong>Things</strong> <em>(list) –</em> What was found.</p></li></ul></dd>
<dt>Raises:</dt><dd><ul><li><p><code>Client.exceptions.NoSuchThing</code> – it is gone</p></li></ul></dd>
</dl></dd></dl></div></body></html>"""

CHINESE = """<html><title>接口文档</title><body><main><h2 id="list">查询主机</h2><p>GET /v1/hosts</p><h3>请求参数</h3>
<table><tr><th>参数名称</th><th>类型</th><th>是否必填</th><th>默认值</th><th>描述</th></tr>
<tr><td>page</td><td>整数</td><td>否</td><td>1</td><td>页码</td></tr><tr><td>zone</td><td>字符串</td><td>是</td><td></td><td>可用区</td></tr>
</table></main></body></html>"""


def value(piece: Slice) -> Json:
    return piece.document["paths"][piece.operation.path]["get"]


@pytest.fixture(scope="module")
def reference() -> dict[str, Slice]:
    return slices_of(REFERENCE, "https://docs.example/logs/http-api.html")


def test_every_heading_is_a_passage_with_its_own_address(reference: dict[str, Slice]) -> None:
    assert list(reference) == ["http-api/log-store-api", "http-api/query-a-range", "http-api/push"]
    query = reference["http-api/query-a-range"].operation
    assert query.docs_url == "https://docs.example/logs/http-api.html#query-range"
    assert (query.protocol, query.path, query.tags) == ("text", "/http-api/query-a-range", ("Log store API",))
    assert query.summary == "Query a range (GET /logs/api/v1/query_range)"


def test_its_parameters_have_types_choices_and_defaults(reference: dict[str, Slice]) -> None:
    found = {p.name: (p.value_schema, p.required) for p in reference["http-api/query-a-range"].operation.parameters}
    assert found == {
        "query": ({"type": "string"}, True),
        "limit": ({"type": "integer", "default": 100}, False),
        "direction": ({"enum": ["forward", "backward"], "default": "backward"}, False),
    }


def test_a_table_of_parameters_is_read_by_its_header(reference: dict[str, Slice]) -> None:
    found = {p.name: (p.value_schema, p.required, p.description) for p in reference["http-api/push"].operation.parameters}
    assert found == {
        "format": ({"type": "string", "enum": ["json", "text"], "default": "json"}, False, "How lines are written."),
        "stream": ({"type": "string"}, True, "Where to."),
    }


def test_response_errors_and_examples_are_told_apart(reference: dict[str, Slice]) -> None:
    said = value(reference["http-api/query-a-range"])
    schema = said["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema["properties"] == {"status": {"type": "string", "description": "success, or not"}}
    assert said["responses"]["429"] == {"description": "Too many requests."}
    assert said["x-codeSamples"] == [{"source": "$ curl -G http://logs.example/logs/api/v1/query_range"}]


def test_menus_footers_banners_and_scripts_are_left_out(reference: dict[str, Slice]) -> None:
    words = " ".join(piece.operation.description for piece in reference.values())
    assert not any(left_out in words for left_out in ("menu", "cookies", "rights reserved", "from/a/script", "Home", "¶"))


def test_nothing_of_it_can_be_called_whatever_it_says(reference: dict[str, Slice]) -> None:
    for piece in reference.values():
        assert not piece.operation.is_callable
        assert (piece.operation.effect, piece.operation.effect_reason) == (
            Effect.WRITE,
            "it is known from a text only, which proves no effect",
        )


def test_a_method_of_an_sdk_is_read_from_its_definition_list() -> None:
    piece = slices_of(SDK)["api/cloud-client-describe_things"]
    assert piece.operation.summary == "Cloud.Client.describe_things(**kwargs)"
    assert piece.operation.docs_url.endswith("#Cloud.Client.describe_things")
    assert [(p.name, p.value_schema, p.required) for p in piece.operation.parameters] == [
        ("ThingIds", {"type": "array"}, False),
        ("Bucket", {"type": "string"}, True),
    ]
    responses = value(piece)["responses"]
    assert responses["200"]["content"]["application/json"]["schema"]["properties"] == {
        "Things": {"type": "array", "description": "What was found."}
    }
    assert responses["default"] == {"description": "Client.exceptions.NoSuchThing: it is gone"}


def test_a_page_in_chinese_is_read_as_well() -> None:
    (hosts,) = operations_of(CHINESE, "https://docs.example/hosts").values()
    assert hosts.name == "hosts/查询主机"
    assert [(p.name, p.value_schema, p.required) for p in hosts.parameters] == [
        ("page", {"type": "integer", "default": 1}, False),
        ("zone", {"type": "string"}, True),
    ]


def test_a_page_beside_a_sidebar_is_not_left_out_with_it() -> None:
    inner = "<div class=sidebar-wrapper><div class=sidebar>menu</div><main><h2>Use</h2><p>GET /a</p></main></div>"
    page = f'<html class="light sidebar-visible"><body class="with-sidebar">{inner}</body></html>'
    (use,) = operations_of(page).values()
    assert use.description == "GET /a"


def test_headings_of_the_same_words_stay_apart() -> None:
    page = "<html><body><h2>Use</h2><p>GET /a</p><h2>Use</h2><p>GET /b</p></body></html>"
    assert list(operations_of(page, "https://docs.example/x")) == ["x/use", "x/use-2"]


def test_a_passage_is_bounded() -> None:
    page = f"<html><body><h2>Long</h2><p>GET /a</p>{'<p>words</p>' * 5_000}</body></html>"
    (long,) = operations_of(page).values()
    assert len(long.description) <= MOST_CHARACTERS + 2


@pytest.mark.parametrize(
    ("page", "hint"),
    [
        ("<html><title>Swagger UI</title><body><div id=root></div><script>x</script></body></html>", "the page loads"),
        ("<html><title>Acme</title><body><h1>API</h1><p>GET /x</p><form><input type=password></form></body></html>", "asks for a sign-in"),
        (f"<html><head><title>Sign in</title></head><body><h1>Sign in</h1>{'<p>words</p>' * 300}</body></html>", "asks for a sign-in"),
        ("<html><body><h1>404</h1><p>Not found</p></body></html>", "the page loads"),
    ],
)
def test_what_is_no_reference_is_refused_with_the_way_out(page: str, hint: str) -> None:
    with pytest.raises(SpecUnusable) as refused:
        operations_of(page)
    assert hint in refused.value.hint


def test_prose_without_a_call_is_read_from_a_length_on() -> None:
    page = "<html><body><h1>Runbook</h1><p>{}</p></body></html>"
    assert list(operations_of(page.format("x" * ENOUGH_CHARACTERS))) == ["api/runbook"]
    with pytest.raises(SpecUnusable):
        operations_of(page.format("x" * (ENOUGH_CHARACTERS - 1)))


def test_a_page_may_be_as_deep_as_browsers_show_and_no_deeper() -> None:
    def nested(depth: int) -> str:
        return "<div>" * depth + "GET /deep" + "</div>" * depth

    assert not is_too_deep(nested(MOST_DEPTH))
    assert is_too_deep(nested(MOST_DEPTH + 1))
    with pytest.raises(SpecUnusable, match="nested deeper"):
        operations_of(f"<html><body>{nested(100_000)}</body></html>")


@pytest.mark.parametrize(
    "wide",
    [
        "<p>never closed" * 2_000,
        "<br><img src=x>" * 2_000,
        f"<ul>{'<li>x' * 2_000}</ul>",
        f"<svg>{'<path/>' * 2_000}</svg>",
        f"<script>{'if (a<b) c();' * 2_000}</script>",
        "<div><custom>x</div>" * 2_000,
    ],
)
def test_a_wide_page_is_not_taken_for_a_deep_one(wide: str) -> None:
    assert not is_too_deep(f"<html><body>{wide}</body></html>")


def test_a_page_beyond_the_bound_is_refused() -> None:
    with pytest.raises(SpecUnusable, match="larger than 5 MB"):
        operations_of(b"<html>" + b" " * MOST_BYTES)
