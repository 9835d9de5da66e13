"""From one colour, a palette whose contrast holds: pure OKLCH arithmetic.

At a fixed OKLCH lightness the WCAG contrast moves little with the hue: lightness is therefore
chosen, and chroma reduced until the colour exists in sRGB.
"""

import math
import re
from dataclasses import dataclass

HEX = re.compile(r"#[0-9a-fA-F]{6}")
PAPER_LIGHT, PAPER_DARK = "#f8f6f1", "#131620"
RGB = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Palette:
    """What a theme sets, in plain hex for browsers without relative colours."""

    primary: str
    hover: str
    on_primary: str
    tint: str
    rim: str


def palette_of(brand: str, *, dark: bool = False) -> Palette:
    """Return the palette of a brand colour.

    Text in `primary` has at least 4.5:1 on paper, surface and tint; `on_primary` as much on `primary` and `hover`.

    :raises ValueError: not a #rrggbb colour.
    """
    if not HEX.fullmatch(brand):
        raise ValueError(brand)
    lightness, chroma, hue = _oklch(_rgb(brand))
    if dark:
        chosen = min(max(lightness, 0.80), 0.86)
        return Palette(
            primary=_hex(chosen, min(chroma, 0.12), hue),
            hover=_hex(chosen + 0.06, min(chroma, 0.12), hue),
            on_primary="#12151f",
            tint=_hex(0.30, min(chroma, 0.05), hue),
            rim=_hex(0.56, min(chroma, 0.09), hue),
        )
    chosen = min(max(lightness, 0.30), 0.45)
    return Palette(
        primary=_hex(chosen, min(chroma, 0.15), hue),
        hover=_hex(chosen - 0.07, min(chroma, 0.15), hue),
        on_primary="#ffffff",
        tint=_hex(0.95, min(chroma, 0.024), hue),
        rim=_hex(0.72, min(chroma, 0.09), hue),
    )


def theme_css(brand: str) -> str:
    """Return the theme of a collectivité: unlayered, so that it wins over the tokens.

    :raises ValueError: not a #rrggbb colour.
    """
    light, dark = palette_of(brand), palette_of(brand, dark=True)
    return (
        f":root{{--brand:{brand};{_variables(light)}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{_variables(dark)}}}}}\n"
    )


def contrast(one: str, other: str) -> float:
    """Return the WCAG contrast ratio of two #rrggbb colours, 1 to 21."""
    lighter, darker = sorted((_luminance(_rgb(one)), _luminance(_rgb(other))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _variables(palette: Palette) -> str:
    return (
        f"--primary:{palette.primary};--hover:{palette.hover};--on-primary:{palette.on_primary};"
        f"--tint:{palette.tint};--rim1:{palette.rim}"
    )


def _rgb(text: str) -> RGB:
    return (int(text[1:3], 16) / 255, int(text[3:5], 16) / 255, int(text[5:7], 16) / 255)


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _gamma(value: float) -> float:
    return value * 12.92 if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


def _luminance(rgb: RGB) -> float:
    red, green, blue = (_linear(value) for value in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _oklch(rgb: RGB) -> RGB:
    r, g, b = (_linear(value) for value in rgb)
    long = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    medium = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b_axis = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return (lightness, math.hypot(a, b_axis), math.atan2(b_axis, a))


def _to_rgb(lightness: float, chroma: float, hue: float) -> RGB:
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _hex(lightness: float, chroma: float, hue: float) -> str:
    """Lower the chroma until the colour exists in sRGB, keeping lightness and hue."""
    rgb = _to_rgb(lightness, chroma, hue)
    while chroma > 0 and not all(-0.0005 <= value <= 1.0005 for value in rgb):
        chroma = max(0.0, chroma - 0.004)
        rgb = _to_rgb(lightness, chroma, hue)
    return "#" + "".join(f"{round(_gamma(min(max(value, 0.0), 1.0)) * 255):02x}" for value in rgb)
