"""The archive of an installation: one file with the base, the documents and the prints of the keys that open them.

A tar, uncompressed (what it holds is encrypted, and does not shrink): `manifeste.json`, then `base`, then `files/…`.
The base is copied before the documents: a document is written before its row, so that every row of the copy has its
document, unless it was erased in between.
"""

import io
import json
import os
import re
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

FORMAT = 1
MANIFEST, BASE, FILES, END = "manifeste.json", "base", "files", "fin"
DOCUMENT = re.compile(rf"{FILES}/[0-9a-f]{{2}}/[0-9a-f]{{40}}")


class NotAnArchive(Exception):
    """A file that `preau backup` has not written, or not whole."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself."""

    format: int
    engine: str  # "sqlite" or "postgresql"
    made_at: str  # ISO instant
    key_prints: list[str]  # of all the keys that may have sealed what it holds
    documents: int  # files


def write_archive(*, target: Path, base: Path, files: Path, manifest: Manifest) -> None:
    """Write an archive, readable by its owner only, under another name first: half-written, it is never taken for one.

    :param base: the copied base; :param files: the folder of the documents, which may not exist.
    """
    draft = target.with_name(target.name + ".partiel")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as raw, tarfile.open(fileobj=raw, mode="w") as archive:
        said = json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size, entry.mode = len(said), 0o600
        archive.addfile(entry, io.BytesIO(said))
        archive.add(base, BASE)
        for path in stored(files):
            try:
                archive.add(path, f"{FILES}/{path.relative_to(files)}")
            except FileNotFoundError:  # erased since the folder was listed
                continue
        archive.add(os.devnull, END, recursive=False, filter=_as_end)
    os.replace(draft, target)


def _as_end(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """The last entry: without it, the archive was cut."""
    entry.type, entry.size, entry.mode = tarfile.REGTYPE, 0, 0o600
    return entry


def stored(files: Path) -> list[Path]:
    """Return the documents of a folder, in order."""
    found = sorted(path for path in files.rglob("*") if path.is_file()) if files.is_dir() else []
    return [path for path in found if DOCUMENT.fullmatch(f"{FILES}/{path.relative_to(files).as_posix()}")]


@contextmanager
def open_archive(source: Path) -> Iterator[tuple[Manifest, tarfile.TarFile]]:
    """Open an archive once its manifest is read and its end is seen.

    :raises NotAnArchive: it is not one, or it was cut.
    """
    try:
        with tarfile.open(source, mode="r:") as archive:
            names = archive.getnames()
            said = archive.extractfile(MANIFEST)
            if names[-1:] != [END] or BASE not in names or said is None:
                raise NotAnArchive
            manifest = Manifest(**json.load(said))
            if manifest.format != FORMAT:
                raise NotAnArchive
            yield manifest, archive
    except (tarfile.TarError, KeyError, TypeError, ValueError, EOFError) as problem:
        raise NotAnArchive from problem


def unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Write the base and the documents into a folder. Only names that `preau backup` gives are read: none leads out.

    :raises NotAnArchive: a member that has no business there.
    """
    for entry in archive.getmembers():
        if entry.name in (MANIFEST, END):
            continue
        content = archive.extractfile(entry) if entry.isfile() else None
        if content is None or not (entry.name == BASE or DOCUMENT.fullmatch(entry.name)):
            raise NotAnArchive
        target = folder / entry.name
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as out:
            shutil.copyfileobj(content, out)
