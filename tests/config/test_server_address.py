"""Which addresses rows may be sent to, and which of them lie within the house."""

from __future__ import annotations

import pytest

from tunewright.config.server_address import is_within, why_refused

WITHIN = [
    "http://localhost:8000/v1",
    "http://models.localhost/v1",
    "http://127.0.0.1:8000/v1",
    "http://[::1]:8000/v1",
    "http://10.1.2.3/v1",
    "http://192.168.0.7:11434/v1",
    "http://LOCALHOST./v1",
]
OUTSIDE = [
    "https://api.openai.com/v1",
    "https://8.8.8.8/v1",
    "https://localhost.example.com/v1",
    "https://127.0.0.1.example.com/v1",
    "https://localhost@example.com/v1",
    "https://gpu-box/v1",
]


@pytest.mark.parametrize("address", WITHIN)
def test_within_the_house_http_will_do(address: str) -> None:
    assert is_within(address)
    assert why_refused(address) is None


@pytest.mark.parametrize("address", OUTSIDE)
def test_outside_it_must_be_https(address: str) -> None:
    assert not is_within(address)
    assert why_refused(address) is None
    assert "neither https nor within the house" in str(why_refused(address.replace("https", "http")))


@pytest.mark.parametrize(
    "address",
    [
        "api.openai.com/v1",
        "ftp://localhost/v1",
        "https://",
        "http://[::1/v1",
        "https://a.b:x/v1",
        "https://a.b/v1?k=1",
    ],
)
def test_what_is_no_address(address: str) -> None:
    assert why_refused(address)
