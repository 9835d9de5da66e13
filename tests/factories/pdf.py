"""What a PDF says: its text, through the fonts' own tables of signs."""

import io
import re

import pikepdf

BF = re.compile(rb"beginbf(char|range)(.*?)endbf", re.S)
HEX = re.compile(rb"<([0-9A-Fa-f\s]*)>")


def text_of_pdf(content: bytes) -> str:
    """The text of every page, in the order in which it is drawn, without spaces."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return "".join(_page(page) for page in pdf.pages).replace(" ", "").replace("\u00a0", "")


def _page(page: pikepdf.Page) -> str:
    fonts = {str(name): _signs(font) for name, font in page.resources.get("/Font", {}).items()}
    found, signs = [], {}
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) == "Tf":
            signs = fonts[str(operands[0])]
        elif str(operator) in ("Tj", "TJ"):
            pieces = operands[0] if str(operator) == "TJ" else [operands[0]]
            for piece in pieces:
                if isinstance(piece, pikepdf.String):
                    raw = bytes(piece)
                    found += [signs.get(raw[i : i + 2], "\ufffd") for i in range(0, len(raw), 2)]
    return "".join(found)


def _signs(font: pikepdf.Object) -> dict[bytes, str]:
    signs: dict[bytes, str] = {}
    for kind, body in BF.findall(font.ToUnicode.read_bytes()):
        codes = [bytes.fromhex(each.decode()) for each in HEX.findall(body)]
        if kind == b"char":
            for code, text in zip(codes[::2], codes[1::2], strict=True):
                signs[code] = text.decode("utf-16-be")
        else:
            for first, last, text in zip(codes[::3], codes[1::3], codes[2::3], strict=True):
                start, sign = int.from_bytes(first), text.decode("utf-16-be")
                for step in range(int.from_bytes(last) - start + 1):
                    signs[(start + step).to_bytes(2)] = sign[:-1] + chr(ord(sign[-1]) + step)
    return signs
