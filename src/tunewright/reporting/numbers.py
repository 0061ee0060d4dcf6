"""How numbers are written for people: `96.4 %`, `[88.1, 99.0]`, `6 min 40 s`."""

from __future__ import annotations

from tunewright.config.metrics import metric_of

MINUS = "−"
SECONDS_PER_MINUTE = 60
MINUTES_PER_HOUR = 60


def is_share(metric: str) -> bool:
    """Whether the metric lies between 0 and 1."""
    return metric_of(metric).unit == "share"


def score(metric: str, value: float | None) -> str:
    """A metric's value: a share in percent, a ratio with two decimals."""
    if value is None:
        return "–"
    return f"{100 * value:.1f} %" if is_share(metric) else f"{value:.2f}"


def interval(metric: str, low: float | None, high: float | None) -> str:
    """An interval in the unit of `score`, without the sign; empty if there is none."""
    if low is None or high is None:
        return ""
    if is_share(metric):
        return f"[{_signed(100 * low, 1)}, {_signed(100 * high, 1)}]"
    return f"[{_signed(low, 2)}, {_signed(high, 2)}]"


def difference(metric: str, value: float | None) -> str:
    """A signed difference: shares in percentage points."""
    if value is None:
        return "–"
    if is_share(metric):
        return f"{_signed(100 * value, 1, plus=True)} points"
    return _signed(value, 2, plus=True)


def p_value(p: float) -> str:
    """`p = 0.012`, two significant digits; below a thousandth says so."""
    return f"p = {p:.2g}" if p >= 0.001 else "p < 0.001"


def count(value: float) -> str:
    """A whole number with thousands apart."""
    return f"{value:,.0f}"


def decimal(value: float) -> str:
    """A measured number in four significant digits; very small and large ones with an exponent."""
    return f"{value:.4g}".replace("-", MINUS)


def signed(value: float) -> str:
    """A difference of measured numbers, in four significant digits with its sign."""
    return decimal(value) if value <= 0 else f"+{decimal(value)}"


def plain_interval(low: float, high: float) -> str:
    """An interval of measured numbers."""
    return f"[{decimal(low)}, {decimal(high)}]"


def duration(seconds: float) -> str:
    """`42 s`, `6 min 40 s`, `3 h 05 min`."""
    whole = round(seconds)
    if whole < 1:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(whole, SECONDS_PER_MINUTE)
    if minutes == 0:
        return f"{rest} s"
    hours, minutes = divmod(minutes, MINUTES_PER_HOUR)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s"


def money(amount: float, currency: str) -> str:
    """`EUR 0.12`; below a hundredth says so instead of showing nothing."""
    return f"{currency} {amount:,.2f}" if amount == 0 or amount >= 0.005 else f"under {currency} 0.01"


def small_money(amount: float, currency: str) -> str:
    """A sum that may be far below a hundredth: `EUR 0.00012`."""
    return money(amount, currency) if amount >= 1 else f"{currency} {decimal(amount)}"


def _signed(value: float, places: int, *, plus: bool = False) -> str:
    text = f"{value:+.{places}f}" if plus else f"{value:.{places}f}"
    if float(text) == 0:
        text = f"{0:.{places}f}"
    return text.replace("-", MINUS)
