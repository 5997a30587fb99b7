"""An address to a source: its name, and who gets the credential."""

from __future__ import annotations

from pathlib import Path

import pytest

from doc_sources.catalogue import load_catalogue
from doc_sources.provider import CredentialKind
from opswright.sourcing import Meant, meant, missing_credential, name_of, prospect
from schemas.credential import Bearer, Credential
from schemas.errors import Denied, Misconfigured, NotFound, SpecUnusable
from schemas.operation import Effect, Operation, Protocol, Slice
from schemas.source import FetchedSpec, Source, Validators

READ = Operation(id="x:list", source="x", name="list", method="GET", path="/x", effect=Effect.READ, effect_reason="", slice_hash="0")
BEARER = Bearer(secret="env:TOKEN")


class Published:
    """A description that says calls go to `base_url`."""

    def __init__(self, base_url: str, *, operations: tuple[Operation, ...] = (READ,)) -> None:
        self._base_url = base_url
        self._slices = tuple(Slice(operation=operation, document={}) for operation in operations)

    def fetch(self, source: Source, known: Validators | None) -> FetchedSpec | None:
        return FetchedSpec(title="Estate API", version="1", base_url=self._base_url, validators=Validators(), slices=self._slices)


def made(base_url: str, *, given: str = "", credential: Credential | None = BEARER) -> Source:
    return prospect(Published(base_url), "https://api.example/openapi.json", name="", base_url=given, credential=credential)


def test_the_name_and_the_place_of_calls_come_from_the_description() -> None:
    source = made("https://api.example/v1")
    assert (source.name, source.base_url, source.title) == ("estate", "https://api.example/v1", "Estate API")


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "http://api.example", "https://api.example:8443", "https://api.example.evil.example"]
)
def test_a_description_does_not_choose_who_gets_the_credential(elsewhere: str) -> None:
    with pytest.raises(Misconfigured, match="--base-url"):
        made(elsewhere)
    assert made(elsewhere, given=elsewhere).base_url == elsewhere
    assert made(elsewhere, credential=None).base_url == elsewhere


class Unasked:
    """A fetcher that nobody may ask."""

    def fetch(self, source: Source, known: Validators | None) -> FetchedSpec | None:
        raise AssertionError("asked")


def test_aws_is_not_read_before_it_is_said_where_to_look() -> None:
    with pytest.raises(Misconfigured, match="in which regions"):
        prospect(Unasked(), "botocore:ec2", name="", base_url="", credential=None)


NO_PLACE_FOR_CALLS = [
    ("not a url", Misconfigured),
    ("file:///etc", Misconfigured),
    ("https://", Misconfigured),
    ("https://me:secret@api.example", Misconfigured),
    ("https://api.example?key=1", Misconfigured),
    ("http://169.254.169.254/", Denied),
    ("http://0xa9fea9fe/", Denied),
    ("http://[::ffff:169.254.169.254]/", Denied),
    ("http://metadata.google.internal/", Denied),
]


@pytest.mark.parametrize(("base_url", "error"), NO_PLACE_FOR_CALLS)
def test_a_base_url_that_no_call_could_go_to_is_refused(base_url: str, error: type[Exception]) -> None:
    with pytest.raises(error, match="--base-url"):
        prospect(Unasked(), "https://api.example/openapi.json", name="", base_url=base_url, credential=None)
    with pytest.raises(error, match="--base-url"):
        made(base_url, credential=None)


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:8000", "http://10.0.0.1/v1", "http://[::1]", "https://nowhere.invalid"])
def test_a_base_url_may_be_private_or_away(base_url: str) -> None:
    assert made("https://api.example", given=base_url).base_url == base_url


@pytest.mark.parametrize("same", ["https://api.example:443/v1", "https://API.Example/v1"])
def test_another_spelling_of_the_same_place_gets_the_credential(same: str) -> None:
    assert made(same).base_url == same


def test_a_file_does_not_choose_who_gets_the_credential() -> None:
    with pytest.raises(Misconfigured, match="--base-url"):
        prospect(Published("https://api.example"), "/etc/openapi.json", name="", base_url="", credential=BEARER)


@pytest.mark.parametrize("given", ["wiki.yaml", "./wiki.yaml", "../here/wiki.yaml"])
def test_a_path_is_kept_whole_as_the_next_reading_starts_elsewhere(given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    source = prospect(Published("https://api.example"), given, name="", base_url="", credential=None)
    assert Path(source.spec_url).is_absolute()
    assert Path(source.spec_url).resolve() == (here / "wiki.yaml").resolve()


def test_a_description_without_operations_or_without_a_place_is_refused() -> None:
    with pytest.raises(SpecUnusable, match="describes no operation"):
        prospect(Published("https://api.example", operations=()), "https://api.example/x", name="", base_url="", credential=None)
    for credential in (None, BEARER):
        with pytest.raises(Misconfigured, match="does not say where calls go"):
            made("", credential=credential)


@pytest.mark.parametrize("protocol", ["grpc", "graphql", "text"])
def test_what_can_only_be_read_needs_no_place(protocol: Protocol) -> None:
    text = READ.model_copy(update={"protocol": protocol})
    source = prospect(Published("", operations=(text,)), "/docs/pager.proto", name="", base_url="", credential=None)
    assert (source.name, source.base_url) == ("estate", "")
    with pytest.raises(Misconfigured, match="does not say where calls go"):
        prospect(Published("", operations=(text, READ)), "/docs/pager.proto", name="", base_url="", credential=None)


@pytest.mark.parametrize(
    ("title", "base_url", "name"),
    [
        ("Payments Service API v2", "https://x", "payments"),
        ("FastAPI", "http://127.0.0.1:8000", "127-0-0-1-8000"),
        ("Acme Cloud Billing and Usage", "https://x", "acme-cloud-billing"),
        ("", "https://api.example/v1", "api-example"),
    ],
)
def test_a_name_is_made_of_the_words_that_say_something(title: str, base_url: str, name: str) -> None:
    assert name_of(title, base_url) == name


CATALOGUE = load_catalogue()


@pytest.mark.parametrize(
    ("what", "services", "given", "found"),
    [
        ("prometheus", [], {"base_url": "http://p:9090/"}, [Meant("catalogue:prometheus", "prometheus", "http://p:9090/api/v1")]),
        ("Prometheus", [], {"base_url": "http://p:9090/api/v1"}, [Meant("catalogue:prometheus", "prometheus", "http://p:9090/api/v1")]),
        ("catalogue:github", [], {}, [Meant("catalogue:github", "github", "https://api.github.com", "bearer")]),
        (
            "github",
            [],
            {"name": "code", "base_url": "https://git.corp/api/v3"},
            [Meant("catalogue:github", "code", "https://git.corp/api/v3", "bearer")],
        ),
        ("datadog", ["v1"], {"name": "dd"}, [Meant("catalogue:datadog/v1", "dd", "https://api.datadoghq.com", "bearer")]),
        (
            "gcp",
            ["compute", "dns", "compute"],
            {},
            [
                Meant("catalogue:gcp/compute", "gcp-compute", "https://compute.googleapis.com/compute/v1", "google"),
                Meant("catalogue:gcp/dns", "gcp-dns", "https://dns.googleapis.com", "google"),
            ],
        ),
        (
            "datadog",
            ["v1", "v2"],
            {"name": "dd"},
            [
                Meant("catalogue:datadog/v1", "dd-v1", "https://api.datadoghq.com", "bearer"),
                Meant("catalogue:datadog/v2", "dd-v2", "https://api.datadoghq.com", "bearer"),
            ],
        ),
        (
            "https://a.example/openapi.json",
            [],
            {"name": "a", "base_url": "https://a"},
            [Meant("https://a.example/openapi.json", "a", "https://a")],
        ),
        ("./prometheus", [], {}, [Meant("./prometheus")]),
        ("openapi.json", [], {}, [Meant("openapi.json")]),
    ],
)
def test_what_an_operator_asks_for(what: str, services: list[str], given: dict[str, str], found: list[Meant]) -> None:
    assert meant(CATALOGUE, what, services, **given) == tuple(found)


def test_a_file_without_a_suffix_is_a_file_unless_the_catalogue_knows_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("inventory", "github"):
        (tmp_path / name).touch()
    assert meant(CATALOGUE, "inventory", []) == (Meant("inventory"),)
    assert meant(CATALOGUE, "github", [])[0].url == "catalogue:github"


@pytest.mark.parametrize(
    ("what", "services", "words"),
    [
        ("promethus", [], r"no provider 'promethus'; it has: prometheus, .*azure"),
        ("gcp", [], "Google Cloud has several services, of which one must be named"),
        ("gcp", ["computer"], "no service 'computer'; the catalogue has: compute, "),
        ("github", ["issues"], "GitHub has no service 'issues'"),
    ],
)
def test_a_name_that_there_is_not_is_answered_with_the_nearest_first(what: str, services: list[str], words: str) -> None:
    with pytest.raises(NotFound, match=words):
        meant(CATALOGUE, what, services)


@pytest.mark.parametrize("what", ["", "  "])
def test_an_empty_address_is_not_the_present_folder(what: str) -> None:
    with pytest.raises(Misconfigured, match="No description is named"):
        meant(CATALOGUE, what, [])


def test_the_way_to_name_a_service_is_said() -> None:
    with pytest.raises(NotFound, match="opswright sources add gcp --service "):
        meant(CATALOGUE, "gcp", [])


def test_services_of_an_address_are_refused() -> None:
    with pytest.raises(Misconfigured, match="Services can be said of AWS and"):
        meant(CATALOGUE, "https://a.example/openapi.json", ["ec2"])


@pytest.mark.parametrize(
    ("wants", "credential", "told"),
    [
        ("", None, ""),
        ("bearer", BEARER, ""),
        ("bearer", None, "It usually wants a credential: give --bearer env:NAME."),
        ("google", None, "It usually wants a credential: write it into connections.yaml, as google."),
    ],
)
def test_a_credential_that_is_usually_wanted_is_asked_for(wants: CredentialKind, credential: Credential | None, told: str) -> None:
    assert missing_credential(Meant("", wants=wants), credential) == told
