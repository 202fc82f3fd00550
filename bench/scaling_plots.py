"""Curves over size as SVG, both axes logarithmic. By hand: five shapes do not ask for a plotting library."""

from math import ceil, floor, log10

WIDTH, HEIGHT = 760, 440
LEFT, RIGHT, TOP, BOTTOM = 70, 210, 48, 56
COLOURS = ("#1b6ca8", "#c8553d", "#3a7d44", "#8a5aa8")
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def plot(title: str, curves: dict[str, dict[int, float]]) -> str:
    """Microseconds over size; each curve with its name at its end, dashed what linear growth would be."""
    points = {
        name: [(log10(size), log10(time)) for size, time in curve.items() if size > 0]
        for name, curve in curves.items()
    }
    every = [point for line in points.values() for point in line]
    x_low, x_high = (
        0 if min(x for x, _ in every) < 1 else floor(min(x for x, _ in every)),
        ceil(max(x for x, _ in every)),
    )
    y_low, y_high = floor(min(y for _, y in every)), ceil(max(y for _, y in every))
    y_high = max(y_high, y_low + 1)

    def across(x: float) -> float:
        return LEFT + (x - x_low) / (x_high - x_low) * (WIDTH - LEFT - RIGHT)

    def down(y: float) -> float:
        return HEIGHT - BOTTOM - (y - y_low) / (y_high - y_low) * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"',
        ' font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="26" font-size="16" font-weight="bold">{title}</text>',
    ]
    for x in range(x_low, x_high + 1):
        parts.append(_line(across(x), TOP, across(x), HEIGHT - BOTTOM, "#ddd"))
        parts.append(_text(across(x), HEIGHT - BOTTOM + 20, _power(x), "middle"))
    for y in range(y_low, y_high + 1):
        parts.append(_line(LEFT, down(y), WIDTH - RIGHT, down(y), "#ddd"))
        parts.append(_text(LEFT - 8, down(y) + 4, _power(y), "end"))
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, "how many there are", "middle"))
    parts.append(_text(18, (TOP + HEIGHT - BOTTOM) / 2, "µs", "start"))
    # linear growth, from the lower left corner of the data until it leaves the picture
    start_x, start_y = min(x for x, _ in every), min(y for _, y in every)
    reach = min(x_high - start_x, y_high - start_y)
    parts.append(
        _line(across(start_x), down(start_y), across(start_x + reach), down(start_y + reach), "#888", "5 4")
    )
    parts.append(_text(across(start_x + reach) + 6, down(start_y + reach) + 14, "linear", "start", "#777"))
    label_y = float(HEIGHT)
    for name in sorted(points, key=lambda name: points[name][-1][1]):
        colour = COLOURS[list(points).index(name) % len(COLOURS)]
        line = points[name]
        path = " ".join(f"{across(x):.1f},{down(y):.1f}" for x, y in line)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{across(x):.1f}" cy="{down(y):.1f}" r="3.5" fill="{colour}"/>' for x, y in line
        ]
        label_y = min(down(line[-1][1]) + 4, label_y - 17)
        parts.append(_text(WIDTH - RIGHT + 12, label_y, name, "start", colour))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _power(exponent: int) -> str:
    return "10" + str(exponent).translate(SUPERSCRIPTS) if exponent not in (0, 1) else str(10**exponent)


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, dashes: str = "") -> str:
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{dash}/>'


def _text(x: float, y: float, text: str, anchor: str, colour: str = "#333") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{text}</text>'
