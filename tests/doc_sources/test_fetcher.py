from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from doc_sources.catalogue import Catalogue, load_catalogue
from doc_sources.download import Downloader, Limits
from doc_sources.fetcher import OpenApiFetcher
from doc_sources.provider import Overlay, Provider
from schemas.base import Json
from schemas.credential import Bearer, Credential
from schemas.errors import BackendUnavailable, Misconfigured, SpecUnusable
from schemas.operation import Effect
from schemas.ports import Fetcher
from schemas.source import FetchedSpec, Source
from tests.doc_sources.documents import get, openapi
from tests.doc_sources.site import Asked, Reply, site
from tests.doc_sources.trees import packed

ROWS = {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}}
DEFAULT = Limits()
DOCUMENT = openapi({"/things": get(ROWS)})


class Secrets:
    def resolve(self, reference: str) -> str:
        return f"secret-of-{reference}"


def fetcher(catalogue: Catalogue | None = None, limits: Limits = DEFAULT) -> Fetcher:
    return OpenApiFetcher(Downloader(Secrets(), limits=limits), catalogue or Catalogue({}))


def source(url: str | Path, base_url: str = "", credential: Credential | None = None) -> Source:
    return Source(name="registry", spec_url=str(url), base_url=base_url, credential=credential)


def fetched(document: Json, catalogue: Catalogue | None = None) -> FetchedSpec:
    with site(lambda asked: Reply(orjson.dumps(document))) as served:
        found = fetcher(catalogue).fetch(source(served.url), None)
    assert found is not None
    return found


def test_a_specification_is_fetched_and_cut() -> None:
    def answer(asked: Asked) -> Reply:
        if asked.headers.get("If-None-Match") == '"1"':
            return Reply(status=304)
        return Reply(orjson.dumps(DOCUMENT), headers={"ETag": '"1"'})

    with site(answer) as served:
        wanted = source(served.url + "/openapi.json", credential=Bearer(secret="env:TOKEN"))
        found = fetcher().fetch(wanted, None)
        assert found is not None
        assert fetcher().fetch(wanted, found.validators) is None
    assert (found.title, found.version, found.base_url) == ("Registry", "7", served.url)
    assert found.validators.etag.endswith(' "1"')
    assert [s.operation.id for s in found.slices] == ["registry:list_things"]
    assert found.warnings == ()
    assert served.asked[0].headers["Authorization"] == "Bearer secret-of-env:TOKEN"


def test_a_document_is_cut_anew_when_our_own_data_has_changed() -> None:
    with site(lambda asked: Reply(orjson.dumps(DOCUMENT), headers={"ETag": '"1"', "Last-Modified": "today"})) as served:
        found = fetcher().fetch(source(served.url), None)
        assert found is not None
        fetcher(Catalogue({"acme": Provider(title="Acme", recognise=("/acme",))})).fetch(source(served.url), found.validators)
    assert not {"If-None-Match", "If-Modified-Since"} & served.asked[1].headers.keys()


def test_yaml_is_fetched_as_well_as_json() -> None:
    content = b"openapi: 3.0.0\ninfo: {title: Registry, version: 2023-08-16}\npaths:\n  /a:\n    get:\n      responses: {200: {description: ok}}\n"
    with site(lambda asked: Reply(content)) as served:
        found = fetcher().fetch(source(served.url), None)
    assert found is not None
    assert found.version == "2023-08-16"
    assert list(found.slices[0].document["paths"]["/a"]["get"]["responses"]) == ["200"]


def test_a_file_is_read_and_needs_a_base_url(tmp_path: Path) -> None:
    path = tmp_path / "registry.json"
    path.write_bytes(orjson.dumps(DOCUMENT))
    found = fetcher().fetch(source(path, base_url="https://registry.corp"), None)
    assert found is not None
    assert (found.base_url, found.warnings) == ("https://registry.corp", ())
    assert fetcher().fetch(source(path), found.validators) is None
    without = fetcher().fetch(source(path), None)
    assert without is not None
    assert without.base_url == ""
    assert without.warnings == ("The document names no server: give the base URL of its calls when adding the source.",)


def test_a_file_is_bounded_too(tmp_path: Path) -> None:
    path = tmp_path / "registry.json"
    path.write_bytes(orjson.dumps(DOCUMENT))
    with pytest.raises(SpecUnusable, match="larger than"):
        fetcher(limits=Limits(document_bytes=10)).fetch(source(path), None)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html><title>Log in</title>", "It is an HTML page titled 'Log in'. The server asks for a sign-in"),
        (b'{"detail": "Not Found"}', "It is no description of an API that we can read: it is an object with the keys 'detail'"),
        (b"[" * 100_000, "It is not valid JSON"),
        (b"\x1f\x8b", "It is compressed, but no archive of files"),
    ],
)
def test_what_is_no_specification_is_named_with_its_address(content: bytes, words: str) -> None:
    with site(lambda asked: Reply(content)) as served, pytest.raises(SpecUnusable) as caught:
        fetcher().fetch(source(served.url + "/docs?key=k"), None)
    assert str(caught.value).startswith(f"The document at '{served.url}/docs?…' can't be used. {words}")


@pytest.mark.parametrize(("status", "error"), [(503, BackendUnavailable), (404, SpecUnusable), (401, Misconfigured)])
def test_errors_of_the_download_pass(status: int, error: type[Exception]) -> None:
    with site(lambda asked: Reply(status=status)) as served, pytest.raises(error, match=f"{status}"):
        fetcher(limits=Limits(attempts=1)).fetch(source(served.url), None)


def test_broken_references_are_warnings_of_the_result() -> None:
    found = fetched(openapi({"/things": get({"$ref": "#/gone"})}))
    assert found.warnings == ("The reference '#/gone' is broken: there is no 'gone'. It is taken to allow anything.",)


@pytest.mark.parametrize("base_url", ["", "{site}", "{site}/v1/"], ids=["none", "the same place", "below it"])
def test_the_credential_goes_to_the_document_s_host_where_calls_go_there_too(base_url: str) -> None:
    with site(lambda asked: Reply(orjson.dumps(DOCUMENT))) as served:
        wanted = source(served.url, base_url.format(site=served.url), Bearer(secret="env:TOKEN"))
        fetcher().fetch(wanted, None)
    assert served.asked[0].headers["Authorization"] == "Bearer secret-of-env:TOKEN"


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:1", "https://api.example", "http://localhost:{port}"])
def test_the_credential_does_not_go_to_the_document_s_host_where_calls_go_elsewhere(base_url: str) -> None:
    with site(lambda asked: Reply(orjson.dumps(DOCUMENT))) as served:
        wanted = source(served.url, base_url.format(port=served.port), Bearer(secret="env:TOKEN"))
        assert fetcher().fetch(wanted, None) is not None
    assert "Authorization" not in served.asked[0].headers


def test_a_host_that_wants_the_credential_of_another_place_is_named_with_the_way_out() -> None:
    with site(lambda asked: Reply(status=401)) as served, pytest.raises(Misconfigured, match=r"answered 401.*not sent there.*file's path"):
        fetcher().fetch(source(served.url, "https://api.example", Bearer(secret="env:TOKEN")), None)
    with site(lambda asked: Reply(status=401)) as served, pytest.raises(Misconfigured, match="Add the source with a credential"):
        fetcher().fetch(source(served.url, served.url, Bearer(secret="env:TOKEN")), None)


def test_a_recognised_provider_s_overlay_title_and_effects_are_used() -> None:
    ours = {"get": {"operationId": "list_filesystems", "summary": "List filesystems", **_response(ROWS)}}
    overlay = Overlay(paths={"/api/4/fs": ours, "/elsewhere": ours})
    catalogue = Catalogue({"glances": Provider(title="Glances", recognise=("/api/4/{plugin}",), words=("host",), overlay=overlay)})
    live = {"/api/4/{plugin}": get(), "/api/4/config": {"get": {"operationId": "config", "responses": {}}}}
    found = {s.operation.name: s for s in fetched(openapi(live), catalogue).slices}
    assert list(found) == ["list_things", "config", "list_filesystems"]
    assert found["config"].operation.effect is Effect.REVEAL
    assert found["list_filesystems"].operation.id == "registry:list_filesystems"
    assert {piece.operation.tags for piece in found.values()} == {("host",)}
    assert found["list_filesystems"].document["info"]["title"] == "Glances"
    assert fetched(openapi(live), catalogue).title == "Glances"
    assert fetched(openapi(live)).title == "Registry"


def _response(schema: Json) -> dict[str, Json]:
    return {"responses": {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}}


def answering(files: dict[str, bytes]) -> Callable[[Asked], Reply]:
    return lambda asked: Reply(files[asked.path]) if asked.path in files else Reply(status=404)


SPREAD = {
    "/api/openapi.json": orjson.dumps(openapi({"/things": get({"type": "array", "items": {"$ref": "models/thing.yaml"}})})),
    "/api/models/thing.yaml": b"type: object\nproperties: {id: {$ref: ../../types.yaml#/Id}}",
    "/types.yaml": b"Id: {type: string}",
}


def test_the_files_of_a_description_are_fetched_from_its_origin_with_its_credential() -> None:
    with site(answering(SPREAD)) as served:
        found = fetcher().fetch(source(served.url + "/api/openapi.json", credential=Bearer(secret="env:TOKEN")), None)
    assert found is not None
    assert [field.path for field in found.slices[0].operation.fields] == ["id"]
    assert found.warnings == ()
    assert [asked.path for asked in served.asked] == list(SPREAD)
    assert {asked.headers["Authorization"] for asked in served.asked} == {"Bearer secret-of-env:TOKEN"}


def test_a_description_of_several_files_is_not_unchanged_because_its_first_file_is() -> None:
    with site(answering(SPREAD)) as served:
        found = fetcher().fetch(source(served.url + "/api/openapi.json"), None)
        assert found is not None
        again = fetcher().fetch(source(served.url + "/api/openapi.json"), found.validators)
    assert again is not None
    assert again.slices == found.slices


@pytest.mark.parametrize("elsewhere", ["http://127.0.0.1:{port}/thing.yaml", "http://169.254.169.254/latest", "file:///etc/passwd"])
def test_a_file_at_another_place_is_a_warning_and_nothing_is_asked_there(elsewhere: str) -> None:
    with site(answering({})) as other:
        document = openapi({"/things": get({"$ref": elsewhere.format(port=other.port)})})
        found = fetched(document)
    assert other.asked == []
    assert ["is at another place" in warning for warning in found.warnings] == [True]


def test_a_file_that_is_missing_is_a_warning_and_one_that_can_not_be_had_now_an_error() -> None:
    files = {"/openapi.json": orjson.dumps(openapi({"/things": get({"$ref": "thing.yaml"})}))}
    with site(answering(files)) as served:
        found = fetcher().fetch(source(served.url + "/openapi.json"), None)
    assert found is not None
    assert "There is no document at" in found.warnings[0]

    def stumbling(asked: Asked) -> Reply:
        return answering(files)(asked) if asked.path in files else Reply(status=503)

    with site(stumbling) as served, pytest.raises(BackendUnavailable, match="503"):
        fetcher(limits=Limits(attempts=1)).fetch(source(served.url + "/openapi.json"), None)


def test_an_archive_is_read_from_the_file_that_is_named(tmp_path: Path) -> None:
    content = packed({name[1:]: part for name, part in SPREAD.items()})
    (tmp_path / "api.tar.gz").write_bytes(content)
    with site(lambda asked: Reply(content)) as served:
        for url in (served.url + "/api.tar.gz#api/openapi.json", f"{tmp_path}/api.tar.gz", f"{tmp_path}/api.tar.gz#api/openapi.json"):
            found = fetcher().fetch(source(url, base_url=served.url), None)
            assert found is not None
            assert [field.path for field in found.slices[0].operation.fields] == ["id"]
            assert found.validators.etag.split(" ")[1] or "://" in url


def test_the_groups_of_a_cluster_are_one_source() -> None:
    groups = {"/openapi/v3": b'{"paths": {"api/v1": {"serverRelativeURL": "/openapi/v3/api/v1?hash=1"}}}'}
    with site(answering({**groups, "/openapi/v3/api/v1?hash=1": orjson.dumps(DOCUMENT)})) as served:
        found = fetcher().fetch(source(served.url + "/openapi/v3"), None)
    assert found is not None
    assert (found.title, [piece.operation.name for piece in found.slices]) == ("Registry", ["list_things"])
    assert found.base_url == served.url


def test_the_digest_of_a_description_of_many_files_is_of_their_bytes(tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text("openapi: 3.1.0\npaths:\n  /things: {$ref: things}")
    found = []
    for name in ("list_things", "wipe_things", "list_things"):
        (tmp_path / "things").write_text(f"get: {{operationId: {name}}}")
        for place in (tmp_path, tmp_path / "api.yaml"):
            found.append(fetcher().fetch(source(place, "https://things.example"), None))
            # Neither the name's ending nor size or time of a file tells that it is another.
            os.utime(tmp_path / "api.yaml", (1, 1))
    digests = [one and one.document_digest for one in found]
    assert digests[0] == digests[1] == digests[4]
    assert digests[2] == digests[3] != digests[0]


DROPLETS = openapi(
    {path: get(ROWS) for path in ("/v2/droplets", "/v2/volumes", "/v2/droplets/{droplet_id}/destroy_with_associated_resources")}
)
"""As DigitalOcean's, whose file says that the last of these lists what would be destroyed."""


@pytest.mark.parametrize(
    ("base_url", "provider", "effect"),
    [
        ("https://victim.example", "", Effect.WRITE),
        ("https://api.digitalocean.com.victim.example", "", Effect.WRITE),
        ("https://api.digitalocean.com", "", Effect.READ),
        ("https://victim.example", "digitalocean", Effect.READ),
    ],
    ids=["paths like a provider's", "a host like a provider's", "a provider's host", "the operator says so"],
)
def test_what_is_only_like_a_provider_s_api_reads_no_more_for_it(base_url: str, provider: str, effect: Effect) -> None:
    with site(lambda _: Reply(orjson.dumps(DROPLETS))) as served:
        made = OpenApiFetcher(Downloader(Secrets()), load_catalogue())
        found = made.fetch(source(served.url, base_url), provider=provider)
    assert found is not None
    assert [piece.operation.effect for piece in found.slices if "destroy" in piece.operation.path] == [effect]


def test_a_file_that_belongs_to_another_is_heard_when_it_changes_and_part_of_what_is_approved(tmp_path: Path) -> None:
    metadata, titles = tmp_path / "rack.json", tmp_path / "rack.descriptions.zh.json"
    metadata.write_bytes(orjson.dumps({"rack/2020-04-01": {"metadata": {"ListRacks": {"Request": {}, "Response": {}}}}}))
    titles.write_bytes(orjson.dumps({"apis": {"rack": {"ListRacks": {"name_cn": "查询机架"}}}}))
    first = fetcher().fetch(source(metadata, "https://rack.test"), None)
    assert first is not None
    assert fetcher().fetch(source(metadata, "https://rack.test"), first.validators) is None
    titles.write_bytes(orjson.dumps({"apis": {"rack": {"ListRacks": {"name_cn": "查看机架列表"}}}}))
    second = fetcher().fetch(source(metadata, "https://rack.test"), first.validators)
    assert second is not None
    assert [piece.operation.summary for piece in second.slices] == ["查看机架列表"]
    assert second.document_digest != first.document_digest
