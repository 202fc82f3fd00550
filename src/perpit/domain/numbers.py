"""Exact numbers: integers with a unit, the divisions that name their rounding, decimal text in and out.

Money stands in units of 1e-8 of its asset, prices off the book in 1e-8 of the quote (`*_e8`), prices on the book in
ticks, quantities in lots, rates in parts per million (`*_ppm`).
"""

from typing import Final

from mypy_extensions import i64

UNIT: Final = 100_000_000
PPM: Final = 1_000_000


def mul(wide: int, narrow: int) -> int:
    """wide × narrow, exact for any size; one machine multiplication when the product surely fits 62 bits.

    Compiled integers of more than 30 bits are otherwise multiplied as boxed objects, which costs ten times as much.
    """
    if -(1 << 52) < wide < 1 << 52 and -(1 << 28) < narrow < 1 << 28:
        return mul_words(wide, narrow)
    return wide * narrow


def mul_words(wide: i64, narrow: i64) -> int:
    """The same for factors that are machine words already (when compiled: both must fit 64 bits)."""
    size = -wide if wide < 0 else wide
    other = -narrow if narrow < 0 else narrow
    if (
        (size < 1 << 44 and other < 1 << 18)
        or (size < 1 << 52 and other < 1 << 10)
        or (size < 1 << 34 and other < 1 << 28)
    ):
        product: i64 = wide * narrow
        return product
    exact: int = wide
    factor: int = narrow
    return exact * factor


def div_trunc(numerator: int, denominator: int) -> int:
    """Divide and cut toward zero; denominator > 0. The exchange cuts the amounts it shows (semantics 1.2.3)."""
    if numerator >= 0:
        return numerator // denominator
    return -(-numerator // denominator)


def div_ceil(numerator: int, denominator: int) -> int:
    """Divide and round toward plus infinity; denominator > 0."""
    return -(-numerator // denominator)


def div_half_up(numerator: int, denominator: int) -> int:
    """Divide and round to the nearest, a half up; denominator > 0."""
    return (2 * numerator + denominator) // (2 * denominator)


def mul_div_trunc(a: int, b: int, denominator: int) -> int:
    """a·b ÷ denominator, cut toward zero; denominator > 0."""
    return div_trunc(mul(a, b), denominator)


def parse_scaled(text: str, decimals: int) -> int:
    """Decimal text as an integer of 10^-decimals.

    Raises ValueError when the text is no plain decimal number or has more significant decimals than `decimals`.
    """
    body = text
    negative = False
    if body[:1] in ("-", "+"):
        negative = body[0] == "-"
        body = body[1:]
    whole, _point, fraction = body.partition(".")
    digits = whole + fraction
    if not digits.isascii() or not digits.isdigit():
        raise ValueError(f"not a decimal number: {text!r}")
    if len(fraction) > decimals:
        if fraction[decimals:].strip("0"):
            raise ValueError(f"more than {decimals} decimals: {text!r}")
        fraction = fraction[:decimals]
    scaled = int((whole or "0") + fraction.ljust(decimals, "0"))
    return -scaled if negative else scaled


def format_scaled(value: int, decimals: int) -> str:
    """An integer of 10^-decimals as text with exactly `decimals` decimals: (123, 2) → "1.23"."""
    if decimals == 0:
        return str(value)
    digits = str(abs(value)).rjust(decimals + 1, "0")
    sign = "-" if value < 0 else ""
    return sign + digits[:-decimals] + "." + digits[-decimals:]


def format_shortest(value: int, decimals: int) -> str:
    """Like `format_scaled` without trailing zeros: (1230, 3) → "1.23"; zero → "0"."""
    text = format_scaled(value, decimals)
    if "." not in text:
        return text
    text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
