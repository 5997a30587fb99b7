from __future__ import annotations

import pytest

from doc_sources.slices import Cutter
from doc_sources.tree_files import TreeFiles
from schemas.base import Json
from schemas.operation import Slice
from tests.doc_sources.documents import JUDGE, get, openapi, schemas_of
from tests.doc_sources.trees import Held, described

LIST = b"""
operationId: list_machines
parameters:
  - $ref: '../shared/parameters.yaml#/limit'
responses:
  200: {$ref: answers.yaml#/machines}
  default: {$ref: ../shared/error.yaml}
"""
ANSWERS = b"""
machines:
  description: The machines.
  content:
    application/json:
      schema: {type: array, items: {$ref: machine.yaml}}
"""
MACHINE = b"""
type: object
properties:
  id: {type: string, example: {$ref: not-a-file.yaml}}
  example: {$ref: '#/definitions/Part'}
  peer: {$ref: '#'}
definitions:
  Part: {type: object, properties: {serial: {type: string}}}
"""
FILES = {
    "api/machines/list.yaml": LIST,
    "api/machines/answers.yaml": ANSWERS,
    "api/machines/machine.yaml": MACHINE,
    "api/shared/parameters.yaml": b"limit: {name: limit, in: query, schema: {type: integer}}",
    "api/shared/error.yaml": b"description: An error.",
}


def cut(root: Json, files: dict[str, bytes]) -> tuple[tuple[Slice, ...], tuple[str, ...]]:
    specification = described(root, files)
    return tuple(Cutter(specification, "s", JUDGE).cut()), specification.warnings.shown()


def refers_to(reference: str, files: dict[str, bytes] | None = None) -> tuple[str, ...]:
    """The warnings of a document with one reference."""
    (found,), warnings = cut(openapi({"/machines": get({"$ref": reference})}), files or {})
    assert found.operation.name == "list_things"
    return warnings


def test_an_operation_in_a_file_of_its_own_is_whole() -> None:
    (found,), warnings = cut(openapi({"/machines": {"get": {"$ref": "machines/list.yaml"}}}), FILES)
    operation = found.operation
    assert warnings == ()
    assert (operation.name, operation.rows_path, operation.row_title) == ("list_machines", "", "machine")
    assert [field.path for field in operation.fields][:3] == ["id", "example.serial", "peer.id"]
    assert [parameter.name for parameter in operation.parameters] == ["limit"]
    assert all(name.endswith(("machine", "Part")) for name in schemas_of(found))


def test_only_what_is_referred_to_is_read_and_only_once() -> None:
    tree = Held({"api/a.yaml": b"type: string", "api/b.yaml": b"type: string"})
    files = TreeFiles(tree, "api/main.yaml")
    assert (files["api/a.yaml"], files["api/a.yaml"]) == ({"type": "string"}, {"type": "string"})
    assert tree.read_names == ["api/a.yaml"]


def test_a_name_does_not_depend_on_what_else_there_is() -> None:
    alone, _ = cut(openapi({"/machines": {"get": {"$ref": "machines/list.yaml"}}}), FILES)
    beside, _ = cut(
        openapi({"/other": get({"$ref": "machines/machine.yaml"}), "/machines": {"get": {"$ref": "machines/list.yaml"}}}), FILES
    )
    assert alone[0].digest == beside[1].digest


def test_files_of_a_common_folder_above_are_reached_within_the_tree() -> None:
    # As in Azure's: `../../../common-types/types.json#/…`.
    assert refers_to("../common/types.yaml#/Machine", {"common/types.yaml": b"Machine: {type: object}"}) == ()


def test_a_reference_back_to_the_main_file_is_the_document_itself() -> None:
    files = {"api/a.yaml": b"type: array\nitems: {$ref: 'main.yaml#/components/schemas/Machine'}"}
    root = openapi({"/machines": get({"$ref": "a.yaml"})}, {"Machine": {"type": "object", "properties": {"id": {"type": "string"}}}})
    (found,), warnings = cut(root, files)
    assert (found.operation.row_title, warnings) == ("Machine", ())


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("gone.yaml", "there is no api/gone.yaml"),
        ("../../etc/passwd", "leads out of the files"),
        ("/../../etc/passwd", "leads out of the files"),
        ("..%2f..%2f../etc/passwd", "leads out of the files"),
        ("file:///etc/passwd", "is at another place"),
        ("http://169.254.169.254/latest/meta-data", "is at another place"),
        ("//169.254.169.254/latest", "is at another place"),
        ("HTTP://other.example/x.yaml#/A", "is at another place"),
        ("\\\\server\\share", "is at another place"),
    ],
)
def test_a_reference_that_leads_nowhere_or_out_is_a_warning(reference: str, reason: str) -> None:
    (warning,) = refers_to(reference)
    assert reason in warning
    (warning,) = refers_to("a.yaml", {"api/a.yaml": b"properties: {x: {$ref: '" + reference.encode() + b"'}}"})
    assert "is broken" in warning


@pytest.mark.parametrize("reference", [".kube/config#/users/0/user", "/.docker/config.json", "../.netrc", "a/.env", "a/../.aws/x.yaml"])
def test_a_hidden_file_belongs_to_no_description(reference: str) -> None:
    names = ("api/.kube/config", ".docker/config.json", ".netrc", "api/a/.env", "api/.aws/x.yaml")
    (warning,) = refers_to(reference, dict.fromkeys(names, b"token: t0ken"))
    assert "is a hidden file" in warning


def test_files_beside_a_description_in_a_hidden_folder_belong_to_it() -> None:
    files = TreeFiles(Held({".github/api/a.yaml": b"x: 1", ".github/.env": b"x: 1"}), ".github/api/main.yaml")
    assert files[".github/api/a.yaml"] == {"x": 1}
    with pytest.raises(LookupError, match="hidden"):
        files[".github/.env"]


def test_a_server_hides_nothing_by_a_dot() -> None:
    files = TreeFiles(Held({".well-known/a.yaml": b"x: 1"}, origin="https://here.example"), "main.yaml")
    assert files[".well-known/a.yaml"] == {"x": 1}


def test_files_that_lead_in_a_circle_end() -> None:
    files = {"api/a.yaml": b"$ref: b.yaml", "api/b.yaml": b"$ref: a.yaml"}
    assert refers_to("a.yaml", files) == ()
    _, warnings = cut(openapi({"/machines": {"get": {"$ref": "a.yaml"}}}), files)
    assert any("leads in a circle" in warning for warning in warnings)


def test_a_file_that_is_no_document_is_a_warning() -> None:
    (warning,) = refers_to("a.yaml", {"api/a.yaml": b"a: [1"})
    assert "'api/a.yaml' can't be used: It is not valid YAML" in warning


def test_files_are_counted_and_weighed_up_to_the_bound() -> None:
    held = {"a.yaml": b"x: 1", "b.yaml": b"x: 1"}
    within = TreeFiles(Held(held), "main.yaml", max_files=2, max_total_bytes=8)
    assert [within["a.yaml"], within["b.yaml"]] == [{"x": 1}, {"x": 1}]
    for files in (TreeFiles(Held(held), "main.yaml", max_files=1), TreeFiles(Held(held), "main.yaml", max_total_bytes=7)):
        assert files["a.yaml"] == {"x": 1}
        with pytest.raises(LookupError, match=r"more than 1 files|too large together"):
            files["b.yaml"]


def test_addresses_of_the_same_origin_are_files_of_it() -> None:
    files = TreeFiles(Held({}, origin="https://here.example"), "api/main.yaml")
    assert files.local("https://here.example/api/x.yaml#/A") == "#/x-files/api%7E1x.yaml/A".replace("%7E", "~")
    assert "here.example.evil" in files.local("https://here.example.evil/x.yaml")


def test_what_an_alias_stands_for_is_made_local_once() -> None:
    files = TreeFiles(Held({"a.yaml": b"one: &ref {$ref: 'b.yaml#/B'}\ntwo: *ref\nthree: [*ref]"}), "main.yaml")
    local = {"$ref": "#/x-files/b.yaml/B"}
    assert files["a.yaml"] == {"one": local, "two": local, "three": [local]}


def test_aliases_that_double_with_every_line_are_gone_through_once() -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{number}: &a{number} [*a{number - 1}, *a{number - 1}]" for number in range(1, 18))]
    held = {f"{number}.yaml": "\n".join(lines).encode() for number in range(20)}
    files = TreeFiles(Held(held), "main.yaml")
    assert all("a17" in files[name] for name in held)


def test_a_million_references_take_no_longer_than_reading_them() -> None:
    content = b"[" + b",".join(b'{"$ref":"x%d.yaml"}' % number for number in range(50_000)) + b"]"
    files = TreeFiles(Held({"a.json": content}), "main.yaml")
    assert len(files["a.json"]) == 50_000
    assert len(files) == 1
