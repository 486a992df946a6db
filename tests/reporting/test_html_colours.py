"""Colours of the HTML report: text is legible, and what colours tell apart is so for colour-blind eyes."""

import itertools
import re
from pathlib import Path

import pytest

from loadaudit.reporting.html.engine import PACKAGE

CSS = Path(PACKAGE, "templates", "loadaudit", "report", "page.css").read_text(encoding="utf-8")
LIGHT, DARK = (
    dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", part)) for part in CSS.split("* { box-sizing")[0].split("@media")
)

# Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency", 2009.
EYES = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
TOGETHER = (
    ("untouched", "attempted", "reached", "succeeded", "loaded"),
    ("accent", "high", "ink"),
    ("critical", "high", "warning", "info"),
)
TEXTS = (
    *(("ink", back) for back in ("card", "page", "shade")),
    *(("soft", back) for back in ("card", "page", "shade")),
    *(("accent", back) for back in ("card", "page")),
    *(("white", back) for back in ("critical", "high", "warning", "info", "passed")),
)


def linear(colour: str) -> tuple[float, ...]:
    """Return red, green and blue between 0 and 1, in linear light."""
    digits = colour[1:] if len(colour) == 7 else "".join(one * 2 for one in colour[1:])
    parts = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return tuple(one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)


def lightness_and_hue(light: tuple[float, ...]) -> tuple[float, float, float]:
    """Return the place in CIELAB, in which a difference of 2 is just noticed."""
    red, green, blue = light

    def root(value: float) -> float:
        return float(value ** (1 / 3)) if value > 0.008856 else 7.787 * value + 16 / 116

    x = root((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047)
    y = root(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    z = root((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def seen(colour: str, eye: str) -> tuple[float, float, float]:
    """Return what an eye makes of a colour."""
    light = linear(colour)
    rows = (sum(factor * part for factor, part in zip(row, light, strict=True)) for row in EYES[eye])
    return lightness_and_hue(tuple(min(max(one, 0.0), 1.0) for one in rows))


@pytest.mark.parametrize("palette", [LIGHT, {**LIGHT, **DARK}], ids=["light", "dark"])
def test_text_has_contrast(palette: dict[str, str]) -> None:
    """4.5 to 1, as WCAG 2 asks of small text (1.4.3)."""
    for text, back in TEXTS:
        red, green, blue = linear(palette.get(text, "#ffffff"))
        over = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        red, green, blue = linear(palette[back])
        under = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        assert (max(over, under) + 0.05) / (min(over, under) + 0.05) >= 4.5, (text, back)


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("palette", [LIGHT, {**LIGHT, **DARK}], ids=["light", "dark"])
def test_colours_that_stand_together_are_told_apart(palette: dict[str, str], eye: str) -> None:
    """Levels, curves of a panel and severities; all of them have a shape, a mark or a word as well."""
    for group in TOGETHER:
        for one, other in itertools.combinations(group, 2):
            pairs = zip(seen(palette[one], eye), seen(palette[other], eye), strict=True)
            assert sum((a - b) ** 2 for a, b in pairs) ** 0.5 >= 8, (one, other)
