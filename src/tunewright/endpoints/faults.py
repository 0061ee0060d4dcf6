"""`Fault`: why a server gave no answer, in words that a user can act on; whether it may pass."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from tunewright.config.schema.endpoint import Endpoint
from tunewright.secret_text import HIDDEN, scrub

if TYPE_CHECKING:
    import httpx2
    from openai import APIStatusError

LONGEST_QUOTE = 300
QUOTA_USED_UP = "insufficient_quota"
TRY_LATER = "run the same command again later: what is answered is kept"


@dataclass(frozen=True)
class Fault:
    """A failed request.

    Attributes:
        what: what went wrong.
        fix: the next step.
        passes: the same request may succeed a little later.
        for_all: so may every other: the server is asked nothing until then.
        retry_after: seconds that the server asks to wait; null if it does not say.
        may_be_charged: the server may have done the work.
        of_model: it has no such model.
    """

    what: str
    fix: str
    passes: bool = False
    for_all: bool = False
    retry_after: float | None = None
    may_be_charged: bool = False
    of_model: bool = False


class FaultError(Exception):
    """A failed request on its way to whoever decides what follows; never told as it is."""

    def __init__(self, fault: Fault) -> None:
        """Hold the fault."""
        super().__init__(fault.what)
        self.fault = fault


def malformed(what: str, *, passes: bool = False) -> Fault:
    """An answer that is none."""
    return Fault(
        f"the server's answer cannot be read: {what}",
        "check that base_url is the address of OpenAI's protocol (it often ends in /v1) and that the server "
        "works; then run the same command again: what is answered is kept",
        passes=passes,
        may_be_charged=True,
    )


def fault_of(error: Exception, endpoint: Endpoint, where: str, key: str | None) -> Fault:
    """What an error of the package openai, or of its transport, means.

    Args:
        error: as it was raised.
        endpoint: what was asked.
        where: its dotted key, for the fix.
        key: is blotted out where a server repeats it.
    """
    import httpx2
    import openai

    if isinstance(error, openai.APIStatusError):
        return _status(error, endpoint, where, key)
    if isinstance(error, openai.APITimeoutError | httpx2.TimeoutException):
        return Fault(
            f"no answer within {endpoint.timeout_seconds:g} s",
            f"tunewright set {where}.timeout_seconds={2 * endpoint.timeout_seconds:g}, or ask less at once: "
            f"{where}.max_concurrency={max(1, endpoint.max_concurrency // 2)}",
            passes=True,
            may_be_charged=True,
        )
    if isinstance(error, openai.APIConnectionError | httpx2.TransportError):
        cause = error.__cause__ or error
        reached = not isinstance(cause, httpx2.ConnectError)
        what = "the connection broke off" if reached else "the server cannot be reached"
        return Fault(
            f"{what}: {_quoted(str(cause) or type(cause).__name__, key)}",
            f"see whether the server runs and {where}.base_url is its address, then run the same command "
            "again: what is answered is kept",
            passes=True,
            may_be_charged=reached,
        )
    return malformed(_quoted(str(error), key))


def _status(error: APIStatusError, endpoint: Endpoint, where: str, key: str | None) -> Fault:
    status, said = error.status_code, _said(error, key)
    if status in (401, 403):
        return _of_key(status, said, endpoint, where)
    if status == 404:
        return Fault(
            f"the server knows no model {endpoint.model!r} at this address (HTTP 404){said}",
            f"tunewright set {where}.model=NAME, or look at {where}.base_url: it often ends in /v1",
            of_model=True,
        )
    if status == 429 and error.code == QUOTA_USED_UP:
        return Fault(f"the account's quota is used up (HTTP 429){said}", "see to the account; " + TRY_LATER)
    if status in (408, 409, 429) or status >= 500:
        what = "too many requests" if status == 429 else "the server failed"
        slower = f"; or ask less often: tunewright set {where}.requests_per_minute=N" if status == 429 else ""
        retry_after = seconds_asked(error.response.headers)
        return Fault(
            f"{what} (HTTP {status}){said}{_wants(retry_after)}",
            TRY_LATER + slower,
            passes=True,
            for_all=status == 429 or retry_after is not None,
            retry_after=retry_after,
        )
    if 300 <= status < 400:
        return Fault(
            f"the server sends on to another address (HTTP {status}), and rows go to the named one only",
            f"if that is the right one: tunewright set {where}.base_url=ADDRESS",
        )
    return Fault(f"the server refuses the request (HTTP {status}){said}", _fix_of_request(said, where))


def _of_key(status: int, said: str, endpoint: Endpoint, where: str) -> Fault:
    variable = endpoint.api_key_env
    if variable is None:
        fix = f"put a key into .env and name its variable: tunewright set {where}.api_key_env=NAME"
        return Fault(f"the server asks for a key (HTTP {status}){said}", fix)
    return Fault(
        f"the server refuses the key in {variable} (HTTP {status}){said}",
        f"put a key that is valid for this server and model into {variable} (.env), and load it: "
        "set -a && . ./.env && set +a",
    )


def _fix_of_request(said: str, where: str) -> str:
    """The setting that a server's complaint is about, as far as it names one."""
    if "max_completion_tokens" in said:
        return f"tunewright set {where}.limit_sent_as=max_completion_tokens"
    for name in ("temperature", "seed"):
        if name in said:
            return f"tunewright set {where}.{name}=null"
    if "context" in said:
        return "lower evaluation.max_new_tokens or the number of examples, or choose a longer context"
    return f"see what the server says, and the settings below {where}"


def seconds_asked(headers: httpx2.Headers) -> float | None:
    """Seconds that a server asks to wait (RFC 9110, section 10.2.3); None if it does not say."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) / unit
        except ValueError:
            continue
        if math.isfinite(seconds) and seconds >= 0:
            return seconds
    try:
        return max(0.0, parsedate_to_datetime(headers.get("retry-after", "")).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _wants(seconds: float | None) -> str:
    return "" if seconds is None else f"; it asks to wait {seconds:.0f} s"


def _said(error: APIStatusError, key: str | None) -> str:
    """What a server says of its refusal, as a quotation; nothing of a page or of nothing."""
    body = error.body
    message = body.get("message") if isinstance(body, dict) else body
    if isinstance(body, dict) and message is None:
        message = body.get("detail")  # servers built on FastAPI
    if not isinstance(message, str) or not message.strip() or message.lstrip().startswith("<"):
        return ""
    return f': "{_quoted(message, key)}"'


def _quoted(text: str, key: str | None) -> str:
    """A stranger's text on one line, short, without keys."""
    if key:
        text = text.replace(key, HIDDEN)
    text = str(scrub(" ".join(text.split())))
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]} ..."
