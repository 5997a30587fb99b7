"""AWS's services and regions as botocore describes them.

Its data files come with the package: nothing is fetched, and no settings of the AWS SDK are read.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Final

import botocore
import orjson
from botocore.exceptions import DataNotFoundError
from botocore.loaders import ExtrasProcessor, Loader

from doc_sources.urls import BOTOCORE
from schemas.base import Json
from schemas.errors import SpecUnusable, quoted

ALL: Final = "*"


@dataclass(frozen=True)
class ServiceModel:
    """One service in botocore's own form: its model, and how its operations page."""

    name: str
    model: dict[str, Json]
    paginators: dict[str, Json]

    @property
    def title(self) -> str:
        """`Amazon Elastic Compute Cloud`."""
        return str(self.model["metadata"]["serviceFullName"])

    @property
    def api_version(self) -> str:
        return str(self.model["metadata"]["apiVersion"])

    @property
    def operations(self) -> dict[str, Json]:
        found: dict[str, Json] = self.model["operations"]
        return found


class ServiceModels:
    """Every service of the installed botocore, in its newest version. Files of the user's own are left aside."""

    def __init__(self) -> None:
        self._loader = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)

    @property
    def version(self) -> str:
        """botocore's."""
        return str(botocore.__version__)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All services by boto3's name, sorted. Lists a folder."""
        return tuple(sorted(self._loader.list_available_services("service-2")))

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """Every region of every partition (China, GovCloud …), sorted. Reads the disk."""
        partitions = self._loader.load_data("endpoints")["partitions"]
        return tuple(sorted(region for partition in partitions for region in partition["regions"]))

    def named(self, spec_url: str, usual: Iterable[str]) -> tuple[str, ...]:
        """The services that a `botocore:` address means, each once: `usual` where it names none. Raises as `check` does."""
        asked = [name.strip() for name in spec_url.removeprefix(BOTOCORE).split(",")]
        if asked == [ALL]:
            return self.names
        names = tuple(usual) if asked == [""] else tuple(dict.fromkeys(asked))
        for name in names:
            self.check(name)
        return names

    def check(self, name: str) -> None:
        """Raise SpecUnusable, naming the nearest, for a service that there is not."""
        if name not in self.names:
            nearest = ", ".join(get_close_matches(name.lower(), self.names, n=3, cutoff=0.5))
            hint = f"The nearest: {nearest}." if nearest else "Services have boto3's names, such as ec2, rds or elbv2."
            raise SpecUnusable(f"botocore {self.version} knows no AWS service {quoted(name)}.", hint=hint)

    def load(self, name: str) -> ServiceModel:
        """The model of a service that there is. Reads the disk: 0.2 s for the largest."""
        model = self._data(name, "service-2")
        try:
            paginators = self._data(name, "paginators-1")["pagination"]
        except DataNotFoundError:  # a service that pages nothing has no such file
            paginators = {}
        return ServiceModel(name, model, paginators)

    def _data(self, service: str, kind: str) -> dict[str, Json]:
        """As `Loader.load_service_model` has it, which keeps all that it ever read, in ordered dicts: a third of a gigabyte."""
        folder = Path(Loader.BUILTIN_DATA_PATH) / service / self._loader.determine_latest_version(service, kind)
        data = _json(folder, kind)
        extras = (_json(folder, f"{kind}.{extra}-extras") for extra in self._loader.extras_types)
        ExtrasProcessor().process(data, filter(None, extras))
        return data


def _json(folder: Path, name: str) -> dict[str, Json]:
    """What a file of botocore's holds; empty where there is none."""
    packed, bare = folder / f"{name}.json.gz", folder / f"{name}.json"
    if not packed.exists() and not bare.exists():
        return {}
    content: dict[str, Json] = orjson.loads(bare.read_bytes() if bare.exists() else gzip.decompress(packed.read_bytes()))
    return content
