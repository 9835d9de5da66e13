"""Small real documents for the demo: a page of PDF, and the photo of a sheet of paper."""

import io
from collections.abc import Sequence

import pikepdf
from PIL import Image, ImageDraw, ImageFont

TABLE, SHEET, INK = "#8a6d4b", "#f7f4ea", "#222222"


def paper(lines: Sequence[str]) -> bytes:
    """Return a one-page PDF with a few lines."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(420, 595))
        font = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Font,
                Subtype=pikepdf.Name.Type1,
                BaseFont=pikepdf.Name.Helvetica,
                Encoding=pikepdf.Name.WinAnsiEncoding,
            )
        )
        page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        shown = b"\n".join(b"(%s) Tj 0 -28 Td" % _escaped(line) for line in lines)
        page.obj.Contents = pdf.make_stream(b"BT /F1 15 Tf 40 520 Td\n" + shown + b"\nET")
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


def photo(lines: Sequence[str]) -> bytes:
    """Return a photo of a sheet of paper on a table."""
    image = Image.new("RGB", (800, 600), TABLE)
    draw = ImageDraw.Draw(image)
    draw.polygon([(90, 60), (720, 40), (750, 560), (70, 570)], fill=SHEET)
    font = ImageFont.load_default(24)
    for place, line in enumerate(lines):
        draw.text((120, 110 + 48 * place), line, fill=INK, font=font)
    out = io.BytesIO()
    image.save(out, format="JPEG", quality=80)
    return out.getvalue()


def face() -> bytes:
    """Return the portrait of nobody, drawn with three shapes."""
    image = Image.new("RGB", (256, 256), SHEET)
    draw = ImageDraw.Draw(image)
    draw.ellipse([(24, 170), (232, 360)], fill="#0b6478")
    draw.ellipse([(72, 44), (184, 180)], fill="#c99a72")
    draw.pieslice([(64, 30), (192, 170)], 180, 360, fill="#d8d8d8")
    out = io.BytesIO()
    image.save(out, format="JPEG", quality=85)
    return out.getvalue()


def _escaped(text: str) -> bytes:
    raw = text.replace("’", "'").encode("cp1252", "replace")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
