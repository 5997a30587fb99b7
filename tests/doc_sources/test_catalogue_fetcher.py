from __future__ import annotations

from collections.abc import Mapping

import pytest

from doc_sources.catalogue import Catalogue, load_catalogue
from doc_sources.catalogue_fetcher import DESCRIPTORS, CatalogueFetcher, Place, places
from doc_sources.download import CredentialWanted
from doc_sources.provider import Provider
from schemas.errors import BackendUnavailable, Denied, Misconfigured, NotFound, OpswrightError, SpecUnusable
from schemas.source import FetchedSpec, Source, Validators
from tests.doc_sources.documents import get, openapi, slices

LIVE = "http://acme.test:1/v9/openapi.json"
PUBLISHED = "https://published.test/acme.json"
SHIPPED = str(DESCRIPTORS / "acme.yaml")
ACME = Provider(
    title="Acme", recognise=("/things",), base_path="/v9", live=("/v9/openapi.json",), published=PUBLISHED, descriptor="acme.yaml"
)
GLOBE = Provider.model_validate(
    {
        "title": "Globe",
        "hosts": ["globe.test"],
        "services": {
            "maps": {
                "title": "Maps",
                "published": "https://maps.globe.test/spec",
                "base_url": "https://maps.globe.test",
                "words": ["routes"],
            },
            "mail": {"title": "Mail", "published": "https://mail.globe.test/spec"},
        },
        "base_url": "https://globe.test",
    }
)
NOTHING = Provider(title="Nothing", hosts=("nothing.test",))
CATALOGUE = Catalogue({"acme": ACME, "globe": GLOBE, "nothing": NOTHING})
ROWS = {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}}
AWAY = BackendUnavailable("It can't be reached.")
NONE = SpecUnusable("There is no document (it answered 404).")


class Web:
    """A `Fetcher` of addresses: a description, unchanged since those validators, or an error."""

    def __init__(self, answers: Mapping[str, OpswrightError | str | None]) -> None:
        self._answers = answers
        self.asked: list[tuple[str, Validators | None]] = []
        self.providers: set[str] = set()

    def fetch(self, source: Source, known: Validators | None = None, *, provider: str = "") -> FetchedSpec | None:
        self.asked.append((source.spec_url, known))
        self.providers.add(provider)
        answer = self._answers.get(source.spec_url, NONE)
        if isinstance(answer, OpswrightError):
            raise answer
        if answer is None:
            return None
        return spec(answer)


def spec(etag: str) -> FetchedSpec:
    cut, _ = slices(openapi({"/things": get(ROWS)}))
    return FetchedSpec(title="Acme", version="1", base_url="https://elsewhere.test", validators=Validators(etag=etag), slices=cut)


def source(entry: str = "acme", base_url: str = "http://acme.test:1/v9") -> Source:
    return Source(name="it", spec_url=f"catalogue:{entry}", base_url=base_url)


def fetched(web: Web, asked: Source | None = None, known: Validators | None = None) -> FetchedSpec:
    found = CatalogueFetcher(CATALOGUE, web).fetch(asked or source(), known)
    assert found is not None
    return found


def test_a_live_description_comes_first_and_needs_no_excuse() -> None:
    web = Web({LIVE: "1", PUBLISHED: "2", SHIPPED: "3"})
    found = fetched(web)
    assert [address for address, _ in web.asked] == [LIVE]
    assert found.warnings == ()
    assert found.base_url == "http://acme.test:1/v9", "calls go where the operator says"


@pytest.mark.parametrize("refusal", [NONE, AWAY, CredentialWanted("It answered 401.")])
def test_what_is_published_is_next_with_the_reason(refusal: OpswrightError) -> None:
    found = fetched(Web({LIVE: refusal, PUBLISHED: "2", SHIPPED: "3"}))
    assert found.warnings == (f"The description is the published one. {refusal.message}",)


def test_what_we_ship_is_last_with_both_reasons() -> None:
    found = fetched(Web({LIVE: NONE, PUBLISHED: AWAY, SHIPPED: "3"}))
    assert found.warnings == (f"The description is the catalogue's own. {NONE.message} {AWAY.message}",)


def test_every_place_is_asked_for_the_description_of_the_provider_that_was_named() -> None:
    web = Web({SHIPPED: "3"})
    fetched(web)
    assert web.providers == {"acme"}


@pytest.mark.parametrize("error", [Denied("Never."), Misconfigured("The certificate is not trusted.")])
def test_what_the_operator_has_to_mend_is_not_passed_over(error: OpswrightError) -> None:
    with pytest.raises(type(error), match=error.message):
        fetched(Web({LIVE: error, PUBLISHED: "2"}))


def test_the_same_place_is_asked_with_what_it_gave_and_the_others_without() -> None:
    first = fetched(Web({PUBLISHED: "2"}))
    web = Web({PUBLISHED: None})
    assert CatalogueFetcher(CATALOGUE, web).fetch(source(), first.validators) is None
    assert web.asked == [(LIVE, None), (PUBLISHED, Validators(etag="2"))]


def test_a_place_with_a_space_in_its_path_is_known_again() -> None:
    place = Place("/opt/my tools/acme.yaml", "ours")
    assert place.key == "/opt/my%20tools/acme.yaml"


def test_a_place_that_is_away_is_not_replaced_by_one_that_says_other_things() -> None:
    first = fetched(Web({LIVE: "1"}))
    with pytest.raises(BackendUnavailable, match=AWAY.message):
        fetched(Web({LIVE: AWAY, PUBLISHED: "2"}), known=first.validators)


def test_a_place_that_is_gone_is_replaced_by_the_next() -> None:
    first = fetched(Web({LIVE: "1"}))
    assert fetched(Web({PUBLISHED: "2"}), known=first.validators).validators.etag.endswith("acme.json 2")


def test_a_server_that_learned_to_describe_itself_is_heard() -> None:
    first = fetched(Web({SHIPPED: "3"}))
    assert fetched(Web({LIVE: "1", SHIPPED: None}), known=first.validators).validators.etag.endswith("openapi.json 1")


def test_a_web_page_is_no_description() -> None:
    class Page(Web):
        def fetch(self, source: Source, known: Validators | None = None, *, provider: str = "") -> FetchedSpec | None:
            found = super().fetch(source, known)
            if found is None or source.spec_url != LIVE:
                return found
            texts = [s.model_copy(update={"operation": s.operation.model_copy(update={"protocol": "text"})}) for s in found.slices]
            return found.model_copy(update={"slices": tuple(texts)})

    assert "describes nothing that can be called" in fetched(Page({LIVE: "1", PUBLISHED: "2"})).warnings[0]


def test_where_no_place_has_one_all_reasons_are_told() -> None:
    with pytest.raises(SpecUnusable, match=r"No description of Acme could be had\. .*404.*404.*404"):
        fetched(Web({}))
    with pytest.raises(BackendUnavailable, match="No description of Acme"):
        fetched(Web({PUBLISHED: AWAY}))
    with pytest.raises(CredentialWanted, match="It answered 401"):
        fetched(Web({LIVE: CredentialWanted("It answered 401.")}))


def test_where_a_server_is_away_the_way_out_is_about_the_first_that_is() -> None:
    here = BackendUnavailable("It can't be reached.", hint="Is it running?")
    elsewhere = BackendUnavailable("It was not found.", hint="Check the name server.")
    with pytest.raises(BackendUnavailable) as raised:
        fetched(Web({LIVE: here, PUBLISHED: elsewhere}))
    assert raised.value.hint == "Is it running?"


def test_other_addresses_are_handed_on() -> None:
    web = Web({"https://other.test/spec": "7"})
    other = Source(name="it", spec_url="https://other.test/spec", base_url="")
    assert fetched(web, other, Validators(etag="6")).validators.etag == "7"
    assert web.asked == [("https://other.test/spec", Validators(etag="6"))]


def test_a_service_has_its_own_description_address_and_words() -> None:
    found = fetched(Web({"https://maps.globe.test/spec": "1"}), source("globe/maps", ""))
    assert found.base_url == "https://maps.globe.test"
    assert found.slices[0].operation.tags == ("routes",)
    assert fetched(Web({"https://mail.globe.test/spec": "1"}), source("globe/mail", "")).base_url == "https://globe.test"


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("acne", "no provider 'acne'; it has: acme, globe, nothing"),
        ("globe", "Globe has several services, of which one must be named; the catalogue has: mail, maps"),
        ("globe/mapps", "Globe has no service 'mapps'; the catalogue has: maps, mail"),
        ("acme/maps", "Acme has no service 'maps'; the catalogue has: none"),
    ],
)
def test_what_is_not_in_the_catalogue_is_answered_with_the_nearest(entry: str, words: str) -> None:
    with pytest.raises(NotFound, match=words):
        fetched(Web({}), source(entry))


def test_a_base_url_without_the_path_of_the_api_is_mended_by_the_operator() -> None:
    with pytest.raises(Misconfigured, match=r"Give the base URL http://acme\.test:1/v9"):
        fetched(Web({LIVE: "1"}), source(base_url="http://acme.test:1/"))


def test_what_nobody_publishes_is_said() -> None:
    with pytest.raises(Misconfigured, match="Nobody publishes a whole description of Nothing"):
        fetched(Web({}), source("nothing", "https://nothing.test"))


def test_without_a_base_url_nothing_is_asked_as_a_published_description_is_of_another_server() -> None:
    web = Web({PUBLISHED: "2"})
    with pytest.raises(Misconfigured, match=r"Of Acme it must be said where it runs\..*--base-url"):
        fetched(web, source(base_url=""))
    assert web.asked == []


@pytest.mark.parametrize("name", sorted(load_catalogue().providers))
def test_every_place_of_the_shipped_catalogue_can_be_asked(name: str) -> None:
    provider = load_catalogue().providers[name]
    for service in (*provider.services.values(), *([] if provider.services else [None])):
        for place in places(provider, service, f"http://127.0.0.1:9{provider.base_path}"):
            assert place.address.startswith(("https://", "http://127.0.0.1:9/")) or place.address.endswith(".yaml")
