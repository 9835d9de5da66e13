"""The pixels of an image and nothing else: no metadata (a phone writes where it was), no trailing bytes.

Run alone, by `base.uploads`: a JPEG, PNG or HEIF comes in, a JPEG or PNG goes out.

    python -I bare_image.py MEGABYTES SECONDS FORMAT < photo > bare
"""

import io
import resource
import sys
import warnings

from PIL import Image, ImageOps

MAX_PIXELS = 50_000_000  # a telephone of today takes 48 millions
MAX_SIDE = 3_000  # pixels: a page stays readable, and weighs little
TOO_LARGE, UNREADABLE = 3, 5


class TooLarge(Exception):
    """More than `MAX_PIXELS`, as the header says, before anything is decoded."""


def bare_image(content: bytes, kind: str) -> bytes:
    """Return an image drawn again, the right way up, its longest side at most `MAX_SIDE`.

    :param kind: "jpeg", "png" or "heif", which becomes a JPEG.
    :raises TooLarge: too many pixels; any other error: it does not open.
    """
    if kind == "heif":
        from pillow_heif import register_heif_opener  # noqa: PLC0415 -- an extra that not every town installs

        register_heif_opener(thumbnails=False)
    with Image.open(io.BytesIO(content), formats=[kind.upper()]) as found:
        if found.width * found.height > MAX_PIXELS:
            raise TooLarge
        found.draft(None, (MAX_SIDE, MAX_SIDE))  # a JPEG is decoded at a half or a quarter where that is enough
        found.load()
        image = found if found.mode in ("L", "RGB", "RGBA") else found.convert("RGB")
        image.thumbnail((MAX_SIDE, MAX_SIDE))
        image = ImageOps.exif_transpose(image)
    kept = "PNG" if kind == "png" else "JPEG"
    drawn = image.convert("RGB") if kept == "JPEG" else image
    bare = Image.new(drawn.mode, drawn.size)
    bare.paste(drawn)
    out = io.BytesIO()
    bare.save(out, format=kept, **({"quality": 85} if kept == "JPEG" else {"optimize": False}))
    return out.getvalue()


if __name__ == "__main__":
    megabytes, seconds = (int(text) for text in sys.argv[1:3])
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("ignore")  # Pillow warns of what `MAX_PIXELS` already bounds
    try:
        made = bare_image(sys.stdin.buffer.read(), sys.argv[3])
    except (TooLarge, Image.DecompressionBombError):
        sys.exit(TOO_LARGE)
    except Exception:  # Pillow raises many kinds on hostile files: each means that it does not open
        sys.exit(UNREADABLE)
    sys.stdout.buffer.write(made)
