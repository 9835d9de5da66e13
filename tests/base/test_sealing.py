"""The seal read by another program than the one that made it: what a parent's lawyer would do."""

import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from preau.base.models import SealKey
from preau.base.pdf_papers import Paper, pdf, words
from preau.base.sealing import NotSealed, check_seal, seal_pdf

pytestmark = pytest.mark.django_db

RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)")


def paper() -> bytes:
    made = Paper("Contrat d’accueil", ("Les Galets",), "Préau", (words("Neuf heures par jour."),))
    return pdf(paper=made, now=datetime(2026, 11, 30, tzinfo=UTC))


def openssl_reads(content: bytes, certificate: str, folder: Path) -> bool:
    """Whether openssl finds that the signature of a PDF covers it whole and was made by a certificate."""
    found = RANGE.search(content)
    assert found is not None
    start, length, after, rest = map(int, found.groups())
    if start or after + rest != len(content):
        return False
    signature = content[length + 1 : after - 1].rstrip(b"0")
    (folder / "signature").write_bytes(bytes.fromhex((signature + b"0" * (len(signature) % 2)).decode()))
    (folder / "content").write_bytes(content[:length] + content[after:])
    (folder / "certificate").write_text(certificate)
    command = "openssl cms -verify -binary -inform DER -in signature -content content -CAfile certificate -purpose any"
    return subprocess.run([*command.split(), "-out", "/dev/null"], cwd=folder, capture_output=True).returncode == 0


def test_another_reader_finds_the_seal_whole(tmp_path):
    before = paper()
    content = seal_pdf(content=before, name="Entre-Rives", reason="Contrat signé")
    assert content.startswith(before)
    assert openssl_reads(content, SealKey.objects.get().certificate, tmp_path)


@pytest.mark.parametrize("part", [0.02, 0.5, 0.97])
def test_another_reader_finds_one_byte_changed(tmp_path, part):
    content = bytearray(seal_pdf(content=paper(), name="Entre-Rives", reason="Contrat signé"))
    found = RANGE.search(content)
    assert found is not None
    length, after = int(found[2]), int(found[3])
    at = int(len(content) * part)
    assert not length <= at < after
    content[at] ^= 1
    assert not openssl_reads(bytes(content), SealKey.objects.get().certificate, tmp_path)


def test_what_is_added_after_the_seal_is_found(tmp_path):
    content = seal_pdf(content=paper(), name="Entre-Rives", reason="Contrat signé") + b"\n% more\n"
    assert not openssl_reads(content, SealKey.objects.get().certificate, tmp_path)
    assert not check_seal(content=content).is_whole


def test_a_file_without_a_seal_is_said_to_have_none():
    for content in (paper(), b"nothing", b""):
        with pytest.raises(NotSealed):
            check_seal(content=content)


def test_one_key_serves_the_whole_installation():
    seal_pdf(content=paper(), name="Entre-Rives", reason="Contrat signé")
    seal_pdf(content=paper(), name="Val-Fleuri", reason="Contrat signé")
    assert SealKey.objects.count() == 1
