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


def _joined(pdf: pikepdf.Pdf) -> pikepdf.Object:
    kept = pikepdf.Dictionary(F=pikepdf.Stream(pdf, CANARY))
    return pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F="virus.exe", EF=kept))


def _page_file(pdf: pikepdf.Pdf) -> None:
    """A file joined to a page, not to the document (PDF 2.0)."""
    pdf.pages[0].obj.AF = pikepdf.Array([_joined(pdf)])


def _page_steps(pdf: pikepdf.Pdf) -> None:
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=CANARY.decode())
    pdf.pages[0].obj.PresSteps = pikepdf.Dictionary(Type=pikepdf.Name.NavNode, NA=script)


def _drawn(pdf: pikepdf.Pdf, **more: Any) -> None:
    """A drawing on the page, with something in it that is no drawing."""
    form = pikepdf.Stream(pdf, b"q Q", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 9, 9])
    for name, value in more.items():
        form[f"/{name}"] = value
    pdf.pages[0].Contents = pikepdf.Stream(pdf, b"/X Do")
    pdf.pages[0].obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=form))


def _drawn_file(pdf: pikepdf.Pdf) -> None:
    _drawn(pdf, AF=pikepdf.Array([_joined(pdf)]))


def _drawn_elsewhere(pdf: pikepdf.Pdf) -> None:
    _drawn(pdf, F=f"http://{CANARY.decode()}/", Ref=pikepdf.Dictionary(F=f"http://{CANARY.decode()}/", Page=0))


def _marked(pdf: pikepdf.Pdf) -> None:
    marks = pikepdf.Dictionary(M=pikepdf.Dictionary(JS=CANARY.decode(), AF=pikepdf.Array([_joined(pdf)])))
    pdf.pages[0].Contents = pikepdf.Stream(pdf, b"/P /M BDC EMC")
    pdf.pages[0].obj.Resources = pikepdf.Dictionary(Properties=marks)


def _photo_inside(pdf: pikepdf.Pdf) -> None:
    """A photo laid in a page as the phone took it."""
    photo = pikepdf.Stream(pdf, located_photo(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image)
    photo.Width, photo.Height, photo.BitsPerComponent = 40, 30, 8
    photo.ColorSpace, photo.Filter = pikepdf.Name.DeviceRGB, pikepdf.Name.DCTDecode
    pdf.pages[0].Contents = pikepdf.Stream(pdf, b"/X Do")
    pdf.pages[0].obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=photo))


def pdf_bomb(megabytes: int) -> bytes:
    """A PDF whose list of objects is a kilobyte that opens into a megabyte, so many times."""
    press = zlib.compressobj(9)
    parts = [press.compress(b"10 0 <</Font<<>>>>"), *(press.compress(b" " * 1024**2) for _ in range(megabytes))]
    packed = b"".join([*parts, press.flush()])
    bodies = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources 10 0 R>>",
        4: b"<</Type/ObjStm/N 1/First 5/Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (len(packed), packed),
    }
    made, places = b"%PDF-1.5\n", {10: (2, 4)}
    for number, body in bodies.items():
        places[number] = (1, len(made))
        made += b"%d 0 obj%b\nendobj\n" % (number, body)
    places[11] = (1, len(made))
    table = b"".join(struct.pack(">BIB", *places.get(number, (0, 0)), 0) for number in range(12))
    head = b"<</Type/XRef/Size 12/W[1 4 1]/Root 1 0 R/Length %d>>" % len(table)
    return made + b"11 0 obj%bstream\n%b\nendstream endobj\nstartxref\n%d\n%%%%EOF" % (head, table, len(made))


def filled_form() -> bytes:
    """A mandate whose box was filled in on a telephone."""

    def fill(pdf: pikepdf.Pdf) -> None:
        look = pikepdf.Stream(pdf, b"BT /F 9 Tf (TAPE) Tj ET", Subtype=pikepdf.Name.Form, BBox=[0, 0, 90, 20])
        box = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Widget,
            FT=pikepdf.Name.Tx,
            T="nom",
            V="TAPE",
            F=4,
            Rect=[0, 0, 90, 20],
            AP=pikepdf.Dictionary(N=look),
        )
        box = pdf.make_indirect(box)
        pdf.pages[0].obj.Annots = pikepdf.Array([box])
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([box]))

    return paper(change=fill)


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("bombe", b"0" * 1_000_000)
    return out.getvalue()


def progressive(scans: int) -> bytes:
    """A photo whose last scan is said again and again: it weighs little and takes long."""
    whole = picture(size=(600, 600), progressive=True)
    at = whole.rindex(b"\xff\xda")
    return whole[:at] + whole[at:-2] * scans + b"\xff\xd9"


def many_pages(kids: int) -> bytes:
    """A PDF that names one page so many times, with nothing compressed."""
    body = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1/Kids["
    page = b"]>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>"
    return body + b"3 0 R " * kids + page


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
    ("anime.gif", picture("GIF", mode="P"), "kind"),
    ("anime.png", picture("GIF", mode="P"), "kind"),
    ("photo.bmp", picture("BMP"), "kind"),
    ("photo.webp", picture("WEBP"), "kind"),
    ("photo.tiff", picture("TIFF"), "kind"),
    ("eicar.com", EICAR, "kind"),
    ("eicar.pdf", EICAR, "kind"),
    ("avant.jpg", b"GIF89a" + JPEG, "kind"),
    ("php.jpg", b"<?php system($_GET[0]);", "kind"),
    ("renommee.heic", HTML, "kind"),
    ("heic.jpg", b"\0\0\0\x1cftypheic" + b"\0" * 200, "unreadable"),
    ("entete.heic", b"\0\0\0\x1cftypheic" + b"\0" * 200, "unreadable"),
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
    ("bombe-mince.png", png_of(30_000, 2_000), "too_many_pixels"),
    ("mensonge.png", png_of(2_000, 2_000), "unreadable"),
    ("roman.pdf", paper(31), "too_many_pages"),
    ("encyclopedie.pdf", paper(400), "too_many_pages"),
    ("lente.jpg", progressive(400), "unreadable"),
    ("arbre.pdf", many_pages(1_500_000), "unreadable"),
    ("secret.pdf", paper(encryption=pikepdf.Encryption(owner="a", user="b")), "encrypted"),
]

# what it is, name, content: good files that people send, each kept, as this kind
HONEST: list[tuple[str, str, bytes, str]] = [
    ("photo d’un iPhone récent, 24 millions de points", "IMG_0412.jpg", picture(size=(5712, 4284)), "jpg"),
    ("photo de 48 millions de points", "IMG_0413.JPG", picture(size=(8064, 5952)), "jpg"),
    ("scan de 25 millions de points", "scan.png", picture("PNG", (5000, 5000)), "png"),
    ("photo enregistrée par Windows", "photo.jfif", JPEG, "jpg"),
    ("autre nom de JPEG", "photo.jpe", JPEG, "jpg"),
    ("capture renommée", "capture.jpg", PNG, "png"),
    ("photo dite PDF", "carnet.pdf", JPEG, "jpg"),
    ("PDF dit photo", "carnet.jpg", PDF, "pdf"),
    ("PDF sans extension", "carnet", PDF, "pdf"),
    ("PDF après une ligne vide", "scanner.pdf", b"\r\n" + PDF, "pdf"),
    ("PDF après une marque d’ordre", "scanner2.pdf", b"\xef\xbb\xbf" + PDF, "pdf"),
    ("PDF qu’on ne peut qu’imprimer", "banque.pdf", paper(encryption=pikepdf.Encryption(owner="a", user="")), "pdf"),
    ("photo progressive", "reseau.jpg", picture(size=(900, 600), progressive=True), "jpg"),
    ("JPEG nommé HEIC", "IMG_1.heic", JPEG, "jpg"),
    ("photo HEIC", "IMG_2.HEIC", heic_photo(), "jpg"),
    ("HEIC nommé JPEG", "IMG_3.jpg", heic_photo(), "jpg"),
    ("scan en niveaux de gris", "gris.jpg", picture(mode="L", size=(1700, 2400)), "jpg"),
    ("scan en noir et blanc", "fax.png", picture("PNG", (1700, 2400), "1"), "png"),
    ("photo de seize bits", "seize.png", picture("PNG", (300, 300), "I;16"), "png"),
    ("trente pages", "jugement.pdf", paper(30), "pdf"),
    ("formulaire rempli", "mandat.pdf", filled_form(), "pdf"),
    ("PDF compressé", "caf.pdf", paper(3, object_stream_mode=pikepdf.ObjectStreamMode.generate), "pdf"),
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
    ("joint-a-la-page.pdf", paper(change=_page_file)),
    ("joint-au-dessin.pdf", paper(change=_drawn_file)),
    ("dessin-ailleurs.pdf", paper(change=_drawn_elsewhere)),
    ("etapes.pdf", paper(change=_page_steps)),
    ("marques.pdf", paper(change=_marked)),
    ("photo-dedans.pdf", paper(change=_photo_inside)),
    ("compresse.pdf", paper(change=_page_file, object_stream_mode=pikepdf.ObjectStreamMode.generate)),
    ("couleurs.jpg", picture(icc_profile=CANARY * 50_000)),
    ("animee.png", picture("PNG", save_all=True, append_images=[Image.new("RGB", (40, 30), n) for n in range(9)])),
    ("facture\u202egpj.pdf", PDF + CANARY),
    ("..\\..\\windows\\system32.pdf", PDF + b" " + CANARY),
    ("transparent.png", picture("PNG", mode="RGBA")),
    ("palette.png", picture("PNG", mode="P")),
    ("gris.jpg", picture(mode="L")),
    ("cmjn.jpg", picture(mode="CMYK")),
    ("../../../etc/passwd.pdf", PDF),
    ("nul.pdf\0.jpg", PDF + CANARY),
    ("avant.pdf", b"\n<html>" + CANARY + PDF),
    ("polyglotte.pdf", JPEG + PDF + CANARY),
]
