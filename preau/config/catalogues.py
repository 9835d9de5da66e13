"""Translation catalogues: .po → .mo by a Python library, so that no gettext tool is needed anywhere."""

import os
from collections.abc import Iterable
from pathlib import Path

import polib


def compile_catalogues(folders: Iterable[str | Path]) -> None:
    """Compile each catalogue that is newer than its compiled form."""
    for folder in folders:
        for source in sorted(Path(folder).rglob("*.po")):
            target = source.with_suffix(".mo")
            if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
                draft = target.with_suffix(f".{os.getpid()}")
                polib.pofile(str(source)).save_as_mofile(str(draft))
                os.replace(draft, target)  # another process never reads a catalogue half written
