"""Hostile and broken files, made here: nothing of the sort lies in the repository."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
import pillow_heif
from PIL import Image

CANARY = b"CANARI-CACHE"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + rb"ANTIVIRUS-TEST-FILE!$H+H*"


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 128).save(out, format=kind, **options)
    return out.getvalue()


def located_photo() -> bytes:
    """A photo that says where it was taken, who holds the phone, and which way is up."""
    exif = Image.Exif()
    exif[0x010F] = CANARY.decode()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (48.0, 51.0, 30.0)
    exif.get_ifd(0x8825)[1] = "N"
    return picture(exif=exif.tobytes())


def heic_photo() -> bytes:
    """A photo of an iPhone, with who took it."""
    pillow_heif.register_heif_opener(thumbnails=False)
    exif = Image.Exif()
    exif[0x010F] = CANARY.decode()
    return picture("HEIF", (64, 48), exif=exif.tobytes())


def paper(pages: int = 1, change: Callable[[pikepdf.Pdf], None] = lambda pdf: None, **options: Any) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        change(pdf)
        pdf.save(out, **options)
    return out.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A PNG whose header claims a size that its data do not have."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def _script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=CANARY.decode())


def _attachment(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["virus.exe"] = CANARY


def _form(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array(), XFA=CANARY.decode())


def _launch(pdf: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=CANARY.decode())
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)
    pdf.pages[0].obj.Annots = pdf.make_indirect(pikepdf.Array([link]))


def _author(pdf: pikepdf.Pdf) -> None:
    pdf.docinfo["/Author"] = CANARY.decode()


def _page_action(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=CANARY.decode()))


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("bombe", b"0" * 1_000_000)
    return out.getvalue()


HTML = b"<!doctype html><script>alert(1)</script>" + CANARY
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">' + CANARY + b"</svg>"
PDF, JPEG, PNG = paper(), picture(), picture("PNG")
BIG = 10 * 1024 * 1024 + 1

# name, content, code of the refusal
REFUSED: list[tuple[str, bytes, str]] = [
    ("vide.pdf", b"", "empty"),
    ("vide.jpg", b"", "empty"),
    ("gros.pdf", PDF + b"0" * BIG, "too_large"),
    ("grosse.jpg", JPEG + b"0" * BIG, "too_large"),
    ("page.html", HTML, "kind"),
    ("page.jpg", HTML, "kind"),
    ("page.pdf", HTML, "kind"),
    ("page.png", HTML, "kind"),
    ("dessin.svg", SVG, "kind"),
    ("dessin.png", SVG, "kind"),
    ("dessin.jpg", SVG, "kind"),
    ("archive.zip", _zip(), "kind"),
    ("archive.pdf", _zip(), "kind"),
    ("document.docx", _zip(), "kind"),
    ("programme.exe", b"MZ" + b"\0" * 200, "kind"),
    ("programme.exe.pdf", b"MZ" + b"\0" * 200, "kind"),
    ("script.sh", b"#!/bin/sh\nrm -rf /", "kind"),
    ("script.jpg", b"#!/bin/sh\nrm -rf /", "kind"),
    ("sans-extension", PDF, "kind"),
    ("pdf.jpg", PDF, "kind"),
    ("jpeg.pdf", JPEG, "kind"),
    ("png.jpg", PNG, "kind"),
    ("jpeg.png", JPEG, "kind"),
    ("anime.gif", picture("GIF", mode="P"), "kind"),
    ("anime.png", picture("GIF", mode="P"), "kind"),
    ("photo.bmp", picture("BMP"), "kind"),
    ("photo.webp", picture("WEBP"), "kind"),
    ("photo.tiff", picture("TIFF"), "kind"),
    ("eicar.com", EICAR, "kind"),
    ("eicar.pdf", EICAR, "kind"),
    ("nul.pdf\0.jpg", PDF, "kind"),
    ("avant.pdf", b"\n<html>" + PDF, "kind"),
    ("avant.jpg", b"GIF89a" + JPEG, "kind"),
    ("php.jpg", b"<?php system($_GET[0]);", "kind"),
    ("renommee.heic", HTML, "kind"),
    ("jpeg.heic", JPEG, "kind"),
    ("heic.jpg", b"\0\0\0\x1cftypheic" + b"\0" * 200, "kind"),
    ("entete.heic", b"\0\0\0\x1cftypheic" + b"\0" * 200, "unreadable"),
    ("polyglotte.pdf", JPEG + PDF, "kind"),
    ("xml.pdf", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "kind"),
    ("tronque.jpg", picture(size=(400, 400))[:600], "unreadable"),
    ("tronque.png", picture("PNG", (400, 400))[:60], "unreadable"),
    ("entete.jpg", b"\xff\xd8\xff" + b"\0" * 400, "unreadable"),
    ("entete.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 400, "unreadable"),
    ("entete.pdf", b"%PDF-1.7\n" + b"\0" * 400, "unreadable"),
    ("html-dedans.jpg", b"\xff\xd8\xff" + HTML, "unreadable"),
    ("html-dedans.png", b"\x89PNG\r\n\x1a\n" + HTML, "unreadable"),
    ("html-dedans.pdf", b"%PDF-1.4\n" + HTML, "unreadable"),
    ("sans-page.pdf", paper(0), "unreadable"),
    ("crc.png", PNG[:40] + bytes([PNG[40] ^ 255]) + PNG[41:], "unreadable"),
    ("bombe.png", png_of(50_000, 50_000), "too_many_pixels"),
    ("bombe-large.png", png_of(200_000, 400), "too_many_pixels"),
    ("bombe-mince.png", png_of(30_000, 1_000), "too_many_pixels"),
    ("immense.png", png_of(5_000, 5_000), "too_many_pixels"),
    ("mensonge.png", png_of(2_000, 2_000), "unreadable"),
    ("roman.pdf", paper(31), "too_many_pages"),
    ("encyclopedie.pdf", paper(400), "too_many_pages"),
    ("secret.pdf", paper(encryption=pikepdf.Encryption(owner="a", user="b")), "encrypted"),
    ("verrou.pdf", paper(encryption=pikepdf.Encryption(owner="a", user="")), "encrypted"),
]

# name, content: kept, but nothing of the canary is left
HARMLESS: list[tuple[str, bytes]] = [
    ("photo.jpg", located_photo()),
    ("PHOTO.JPEG", located_photo()),
    ("queue.jpg", JPEG + HTML),
    ("queue.png", PNG + HTML),
    ("queue.pdf", PDF + HTML),
    ("zip.jpg", JPEG + _zip() + CANARY),
    ("polyglotte.jpg", JPEG + PDF + CANARY),
    ("commentaire.jpg", picture(comment=CANARY)),
    ("script.pdf", paper(change=_script)),
    ("joint.pdf", paper(change=_attachment)),
    ("formulaire.pdf", paper(change=_form)),
    ("lance.pdf", paper(change=_launch)),
    ("auteur.pdf", paper(change=_author)),
    ("ouverture.pdf", paper(change=_page_action)),
    ("transparent.png", picture("PNG", mode="RGBA")),
    ("palette.png", picture("PNG", mode="P")),
    ("gris.jpg", picture(mode="L")),
    ("cmjn.jpg", picture(mode="CMYK")),
    ("../../../etc/passwd.pdf", PDF),
]
