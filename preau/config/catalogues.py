"""Translation catalogues: .po → .mo by a Python library, so that no gettext tool is needed anywhere."""

import os
from pathlib import Path

import polib


def compile_catalogues(sources: Path, target: Path) -> None:
    """Compile each catalogue of a folder into another, when it is newer than its compiled form.

    The code is read-only where the service is not its owner: compiled forms lie with the data.
    """
    for source in sorted(sources.rglob("*.po")):
        compiled = (target / source.relative_to(sources)).with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            compiled.parent.mkdir(parents=True, exist_ok=True)
            draft = compiled.with_suffix(f".{os.getpid()}")
            polib.pofile(str(source)).save_as_mofile(str(draft))
            os.replace(draft, compiled)  # another process never reads a catalogue half written
