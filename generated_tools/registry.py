"""The registry: publishes proven tools, finds them again by what they answer, and counts their uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from generated_tools.library import FolderState, Library, check_name
from generated_tools.usage import Usage, UsageLog
from schemas.base import Scalar
from schemas.errors import CandidateRejected, Misconfigured, NotFound, quoted
from schemas.operation import Slice
from schemas.ports import Clock
from schemas.query import Query
from schemas.tool import Candidate, OperationPin, RegisteredTool, ToolManifest
from schemas.verification import Verification


@dataclass(frozen=True)
class _Snapshot:
    """The library as it was read at `state`. `by_shape` is keyed by (shape digest, source), newest version first."""

    state: FolderState
    manifests: tuple[ToolManifest, ...]
    damaged: tuple[Misconfigured, ...]
    by_shape: Mapping[tuple[str, str], tuple[ToolManifest, ...]]


class Registry:
    """Files in `library`, statistics through `engine`. Safe for several threads and processes at once."""

    def __init__(self, library: Path, engine: Engine, clock: Clock) -> None:
        self._library = Library(library)
        self._usage = UsageLog(engine, clock)
        self._clock = clock
        self._read: _Snapshot | None = None

    def publish(
        self, candidate: Candidate, verification: Verification, slices: Mapping[str, Slice], *, source: str, question: str
    ) -> RegisteredTool:
        """Register `candidate` as the next version of its name, pinned to the operations of the slices (by id) as it was proven on them.

        A name means one question: where another shape of Query has it, the first digits of this one's digest are added.
        Publishing the same code for the same query, source and operations again gives the version that exists: a run that was
        killed between registering and its checkpoint repeats this step. Raises CandidateRejected where the verification
        did not pass or is another candidate's.
        """
        check_name(candidate.name)
        _check_verdict(candidate, verification)
        pins = _pins(candidate, slices)
        with self._library.locked():
            self._library.sweep()
            candidate = candidate.model_copy(update={"name": self._own_name(candidate)})
            manifest = self._manifest(candidate, pins, source, question)
            if twin := self._twin(manifest):
                return twin
            self._library.write(manifest, candidate, verification)
            return self._library.read(manifest.name, manifest.version)

    def load(self, reference: str) -> RegisteredTool:
        """The tool `name@2`, or the newest version of `name`.

        Raises NotFound naming what there is, and Misconfigured where the files are not what was verified.
        """
        name, at, number = reference.partition("@")
        versions = self._library.versions(name)
        if not versions:
            raise NotFound(f"no tool is called {quoted(name)}.", hint=f"Known: {_listed(self.all())}.")
        wanted = number if at else str(versions[-1])
        if wanted not in map(str, versions):
            raise NotFound(f"{name} has no version {quoted(number)}.", hint=f"It has {', '.join(map(str, versions))}.")
        return self._library.read(name, int(wanted))

    def all(self) -> tuple[ToolManifest, ...]:
        """Every sound version, by name and version."""
        return self._snapshot().manifests

    def damaged(self) -> tuple[Misconfigured, ...]:
        """What is wrong with versions that are never used until someone mends them."""
        return self._snapshot().damaged

    def match(self, query: Query, source: str, fingerprints: Mapping[str, str]) -> RegisteredTool | None:
        """The newest sound version that answers `query` on `source` and was proven on its operations as they are now.

        `fingerprints` are the present ones by operation id; a tool one of whose operations changed or is gone is no match.
        Nor is one whose files were changed: `damaged` and `load` say so, and the question gets a new version meanwhile.
        """
        for manifest in self._snapshot().by_shape.get((query.shape_digest, source), ()):
            fits = all(fingerprints.get(pin.operation) == pin.fingerprint for pin in manifest.operations)
            if fits and (tool := self._sound(manifest.name, manifest.version)):
                return tool
        return None

    def record_use(self, tool: ToolManifest, *, run_id: str, milliseconds: float) -> None:
        """Count one use of `tool` by a run; repeating the step counts nothing twice."""
        self._usage.record(tool, run_id=run_id, milliseconds=milliseconds)

    def usage(self) -> dict[str, Usage]:
        """The statistics of every version that was ever used, by `name@version`."""
        return self._usage.by_reference()

    def _own_name(self, candidate: Candidate) -> str:
        shapes = {manifest.query.shape_digest for manifest in self._snapshot().manifests if manifest.name == candidate.name}
        own = candidate.query.shape_digest
        return candidate.name if not shapes or own in shapes else f"{candidate.name}_{own[:6]}"

    def _manifest(self, candidate: Candidate, pins: tuple[OperationPin, ...], source: str, question: str) -> ToolManifest:
        return ToolManifest(
            name=candidate.name,
            version=max(self._library.versions(candidate.name), default=0) + 1,
            title=candidate.title,
            function=candidate.function,
            query=candidate.query,
            operations=pins,
            source=source,
            question=question,
            engine=candidate.engine,
            digest=candidate.digest,
            created_at=self._clock(),
        )

    def _twin(self, manifest: ToolManifest) -> RegisteredTool | None:
        """The version that already is what `manifest` describes."""
        known = (self._sound(manifest.name, version) for version in self._library.versions(manifest.name))
        return next((tool for tool in known if tool and _identity(tool.manifest) == _identity(manifest)), None)

    def _snapshot(self) -> _Snapshot:
        """The library's content, read again only when a version came or went. Two threads may both read it: both are right."""
        state, read = self._library.state(), self._read
        if read is None or read.state != state:
            read = self._read = _read_library(self._library, state)
        return read

    def _sound(self, name: str, version: int) -> RegisteredTool | None:
        try:
            return self._library.read(name, version)
        except (Misconfigured, NotFound):
            return None


def arguments_for(manifest: ToolManifest, query: Query) -> dict[str, Scalar]:
    """The constants of `query` under the names of a tool that matched it.

    Names are local to each asking, and equal shapes have equal parameters in equal order, so position decides.
    """
    pairs = zip(manifest.query.parameters, query.parameters, strict=True)
    return {theirs.name: ours.default for theirs, ours in pairs}


def _check_verdict(candidate: Candidate, verification: Verification) -> None:
    if verification.candidate_digest != candidate.digest:
        raise CandidateRejected(f"the verification handed in for {candidate.name} is of other code: verify this code first")
    if not verification.passed:
        failed = ", ".join(check.check for check in verification.checks if not check.passed) or "no check ran"
        raise CandidateRejected(f"{candidate.name} did not pass verification and can't be registered: {failed}")


def _pins(candidate: Candidate, slices: Mapping[str, Slice]) -> tuple[OperationPin, ...]:
    operations = dict.fromkeys(call.operation for call in candidate.query.calls)
    if missing := [operation for operation in operations if operation not in slices]:
        raise CandidateRejected(f"{candidate.name} calls {quoted(missing[0])}, and its slice was not handed in to pin it to")
    return tuple(OperationPin(operation=operation, fingerprint=slices[operation].operation.fingerprint) for operation in operations)


def _identity(manifest: ToolManifest) -> tuple[str, str, str, tuple[OperationPin, ...], str]:
    return manifest.name, manifest.digest, manifest.source, manifest.operations, manifest.query.shape_digest


def _read_library(library: Library, state: FolderState) -> _Snapshot:
    manifests: list[ToolManifest] = []
    damaged: list[Misconfigured] = []
    for name, version in library.references():
        try:
            manifests.append(library.read(name, version).manifest)
        except Misconfigured as error:
            damaged.append(error)
        except NotFound:
            continue  # removed since it was listed
    return _Snapshot(state, tuple(manifests), tuple(damaged), _by_shape(manifests))


def _by_shape(manifests: list[ToolManifest]) -> dict[tuple[str, str], tuple[ToolManifest, ...]]:
    """Keyed by the shape as this release works it out, so that an addition to the Query language loses no tool."""
    found: dict[tuple[str, str], tuple[ToolManifest, ...]] = {}
    for manifest in sorted(manifests, key=lambda m: m.version, reverse=True):
        key = (manifest.query.shape_digest, manifest.source)
        found[key] = (*found.get(key, ()), manifest)
    return found


def _listed(manifests: tuple[ToolManifest, ...]) -> str:
    return ", ".join(dict.fromkeys(manifest.name for manifest in manifests)) or "none yet"
