"""What an archive may hold: nothing that leads out of its folder."""

import io
import tarfile

import pytest

from preau.config.archives import Manifest, NotAnArchive, open_archive, unpack, write_archive

NAME = "ab/" + "ab" * 20


def archive_with(tmp_path, name, kind=tarfile.REGTYPE):
    made = tmp_path / "mauvaise"
    with tarfile.open(made, "w") as archive:
        entry = tarfile.TarInfo(name)
        entry.type, entry.size = kind, 3 if kind == tarfile.REGTYPE else 0
        entry.linkname = "/etc/passwd"
        archive.addfile(entry, io.BytesIO(b"mal") if entry.size else None)
    return made


@pytest.mark.parametrize("name", ["../dehors", "/dehors", "files/../../dehors", "files/ab/court", "autre", "files"])
def test_no_member_leads_out(tmp_path, name):
    with tarfile.open(archive_with(tmp_path, name)) as archive, pytest.raises(NotAnArchive):
        unpack(archive, tmp_path / "ici")
    assert not (tmp_path / "dehors").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_no_link_nor_pipe_is_made(tmp_path, kind):
    with tarfile.open(archive_with(tmp_path, f"files/{NAME}", kind)) as archive, pytest.raises(NotAnArchive):
        unpack(archive, tmp_path / "ici")


def test_what_is_written_is_read_and_what_is_cut_is_refused(tmp_path):
    files, base, saved = tmp_path / "files", tmp_path / "la-base", tmp_path / "copie"
    (files / "ab").mkdir(parents=True)
    (files / NAME).write_bytes(b"document")
    (files / "ab" / "autre.partiel").write_bytes(b"rien")
    base.write_bytes(b"base" * 5000)
    manifest = Manifest(1, "sqlite", "2026-11-28T10:00", ["abc"], 1)
    write_archive(target=saved, base=base, files=files, manifest=manifest)
    with open_archive(saved) as (said, archive):
        unpack(archive, tmp_path / "ici")
    assert said == manifest
    assert (tmp_path / "ici" / "files" / NAME).read_bytes() == b"document"
    assert (tmp_path / "ici" / "base").read_bytes() == base.read_bytes()
    whole = saved.read_bytes()
    for length in (0, 600, len(whole) // 2, len(whole) - 10_240):
        (tmp_path / "coupee").write_bytes(whole[:length])
        with pytest.raises(NotAnArchive), open_archive(tmp_path / "coupee"):
            pass
