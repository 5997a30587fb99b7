"""The image on disk. The builder is a stand-in that writes a few bytes; the real one makes the image of all other tests."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from sandbox.image import build
from sandbox.image.store import ARTEFACT, DIGEST, ImageStore, digest_of, image_key
from schemas.errors import Misconfigured
from schemas.ports import Progress

CONTENT = b"native code"


class Builder:
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, workspace: Path, progress: Progress) -> bytes:
        self.calls += 1
        assert workspace.is_dir()
        progress("building", 0.5)
        return CONTENT


def _quiet(_stage: str, _fraction: float) -> None:
    pass


def test_an_image_is_built_once_and_found_again(tmp_path: Path) -> None:
    builder = Builder()
    seen: list[tuple[str, float]] = []
    first = ImageStore(tmp_path / "a" / "b", builder).ensure(lambda stage, fraction: seen.append((stage, fraction)))
    again = ImageStore(tmp_path / "a" / "b", builder).ensure(_quiet)
    assert (first, first.read_bytes(), builder.calls) == (again, CONTENT, 1)
    assert [fraction for _, fraction in seen] == [0.5, 1.0]


def test_an_image_has_the_digest_of_its_bytes(tmp_path: Path) -> None:
    assert digest_of(ImageStore(tmp_path, Builder()).ensure(_quiet)) == hashlib.sha256(CONTENT).hexdigest()


def test_only_its_owner_may_touch_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        artefact = ImageStore(tmp_path / "images", Builder()).ensure(_quiet)
    finally:
        os.umask(before)
    paths = [tmp_path / "images", *(tmp_path / "images").rglob("*")]
    assert artefact in paths
    assert [path for path in paths if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def _cut(home: Path) -> None:
    (home / ARTEFACT).write_bytes(CONTENT[:-1])


def _changed(home: Path) -> None:
    (home / ARTEFACT).write_bytes(CONTENT.upper())


def _without_digest(home: Path) -> None:
    (home / DIGEST).unlink()


def _odd_digest(home: Path) -> None:
    (home / DIGEST).write_bytes(b"\xff")


def _writable_by_others(home: Path) -> None:
    (home / ARTEFACT).chmod(0o622)


def _open_folder(home: Path) -> None:
    home.chmod(0o755)


def _linked(home: Path) -> None:
    (home / ARTEFACT).rename(home.parent / "elsewhere")
    (home / ARTEFACT).symlink_to(home.parent / "elsewhere")


@pytest.mark.parametrize("damage", [_cut, _changed, _without_digest, _odd_digest, _writable_by_others, _open_folder, _linked])
def test_an_image_that_is_not_whole_or_not_ours_alone_is_built_anew(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    builder = Builder()
    store = ImageStore(tmp_path, builder)
    damage(store.ensure(_quiet).parent)
    assert store.ensure(_quiet).read_bytes() == CONTENT
    store.ensure(_quiet)
    assert builder.calls == 2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_an_image_of_another_user_is_built_anew(tmp_path: Path) -> None:
    builder = Builder()
    artefact = ImageStore(tmp_path, builder).ensure(_quiet)
    os.chown(artefact, 12345, 12345)
    assert ImageStore(tmp_path, builder).ensure(_quiet).stat().st_uid == 0
    assert builder.calls == 2


def test_what_a_killed_build_left_is_swept(tmp_path: Path) -> None:
    left = tmp_path / f".{image_key(build.sources())}-dead"
    (left / "made").mkdir(parents=True)
    (left / "made" / ARTEFACT).write_bytes(b"half")
    assert ImageStore(tmp_path, Builder()).ensure(_quiet).read_bytes() == CONTENT
    assert not left.exists()


def test_a_build_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(workspace: Path, _progress: Progress) -> bytes:
        (workspace / "half").write_bytes(b"x")
        raise Misconfigured("no compiler")

    with pytest.raises(Misconfigured, match="no compiler"):
        ImageStore(tmp_path, fail).ensure(_quiet)
    assert [path.suffix for path in tmp_path.iterdir()] == [".lock"]
    assert ImageStore(tmp_path, Builder()).ensure(_quiet).read_bytes() == CONTENT


def test_of_processes_that_start_at_once_one_builds(tmp_path: Path) -> None:
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from sandbox.image.store import ImageStore\n"
        "folder = Path(sys.argv[1])\n"
        "def build(workspace, progress):\n"
        "    with (folder / 'builds').open('a') as log: log.write('x')\n"
        "    time.sleep(0.3)\n"
        "    return b'native code'\n"
        "print(ImageStore(folder, build).ensure(lambda stage, fraction: None).read_bytes())\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]) for _ in range(3)]
    assert [process.communicate(timeout=60)[0].strip() for process in started] == [b"b'native code'"] * 3
    assert (tmp_path / "builds").read_text() == "x"


def test_a_builder_that_is_killed_holds_nobody_up_and_leaves_nothing(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from sandbox.image.store import ImageStore\n"
        "def build(workspace, progress):\n"
        "    (workspace / 'half').write_bytes(b'native')\n"
        "    print('building', flush=True)\n"
        "    return sys.stdin.buffer.read()\n"
        "ImageStore(Path(sys.argv[1]), build).ensure(lambda stage, fraction: None)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]) as builder:
        assert builder.stdout is not None
        assert builder.stdout.readline() == b"building\n"
        assert list(tmp_path.glob(".*/half"))
        builder.kill()
    assert ImageStore(tmp_path, Builder()).ensure(_quiet).read_bytes() == CONTENT
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("package", ["wasmtime", "componentize-py", "httpx"])
def test_an_image_of_another_version_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    builder = Builder()
    foreign = ImageStore(tmp_path, builder).ensure(_quiet)
    version = metadata.version
    monkeypatch.setattr("importlib.metadata.version", lambda name: "0.0.1" if name == package else version(name))
    assert ImageStore(tmp_path, builder).ensure(_quiet) != foreign
    assert builder.calls == 2


def test_an_image_for_a_processor_of_other_features_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    builder = Builder()
    cpu_info = tmp_path / "cpuinfo"
    monkeypatch.setattr("sandbox.image.store._CPU_INFO", cpu_info)
    made = set()
    for features in ("flags\t: sse2 avx", "flags\t: sse2 avx avx512f", "Features\t: asimd"):
        cpu_info.write_text(f"processor\t: 0\n{features}\n")
        made.add(ImageStore(tmp_path / "images", builder).ensure(_quiet))
    assert (len(made), builder.calls) == (3, 3)


def test_the_key_follows_the_sources(tmp_path: Path) -> None:
    source = tmp_path / "guest.py"
    source.write_text("one")
    one = image_key([source])
    assert image_key([source]) == one
    source.write_text("two")
    assert image_key([source]) != one


def test_every_file_of_the_guest_is_part_of_the_key() -> None:
    named = {path.name for path in build.sources()}
    assert {path.name for path in build.GUEST.iterdir() if path.suffix == ".py"} < named
    assert {"isolate.wit", "baked.py", "engine.py", "build.py"} < named


STAGE = build.Stage("working", 0.2, 0.6, expected_seconds=0.001)


def test_the_bar_moves_within_its_stage_and_never_back() -> None:
    seen: list[float] = []

    def work() -> str:
        while len(seen) < 3:
            pass
        return "made"

    assert build.paced(STAGE, lambda _, fraction: seen.append(fraction), work) == "made"
    assert seen == sorted(seen)
    assert (seen[0], max(seen) < 0.6) == (0.2, True)


def test_what_the_work_raises_comes_through() -> None:
    def work() -> None:
        raise TimeoutError("of its own")

    with pytest.raises(TimeoutError, match="of its own"):
        build.paced(STAGE, _quiet, work)
