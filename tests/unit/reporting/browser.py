"""A headless Chromium, spoken to by the WebDriver protocol (W3C) over plain HTTP, without a library."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
MISSING = "no Chromium with chromedriver here (apt-get install chromium chromium-driver)"
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Control": "\ue009", "Tab": "\ue004"}


class Browser:
    """One window."""

    def __init__(self, address: str, downloads: Path) -> None:
        self._address = address
        self.downloads = downloads

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - localhost
            self._address + path, data, {"Content-Type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - localhost
            return json.load(answer)["value"]

    def open(self, page: Path) -> None:
        self._ask("POST", "/url", {"url": page.as_uri()})

    def run(self, script: str) -> Any:
        return self._ask("POST", "/execute/sync", {"script": script, "args": []})

    def command(self, name: str, **parameters: object) -> Any:
        """A command of the browser's own protocol (DevTools)."""
        return self._ask("POST", "/goog/cdp/execute", {"cmd": name, "params": parameters})

    def resize(self, width: int, height: int, *, phone: bool = False) -> None:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone}
        self.command("Emulation.setDeviceMetricsOverride", **size)

    def prefer(self, scheme: str, media: str = "screen") -> None:
        """Light or dark, screen or print."""
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.command("Emulation.setEmulatedMedia", media=media, features=[feature])

    def press(self, *keys: str) -> None:
        """Press keys one after the other; `Control+Enter` holds the first."""
        for key in keys:
            parts = [KEYS.get(part, part) for part in key.split("+")]
            actions = [{"type": "keyDown", "value": part} for part in parts]
            actions += [{"type": "keyUp", "value": part} for part in reversed(parts)]
            self._ask("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def log(self, kind: str) -> list[dict[str, Any]]:
        return self._ask("POST", "/se/log", {"type": kind})

    def requests(self) -> list[str]:
        """What pages from files asked for; the browser's own first page is none."""
        events = [json.loads(entry["message"])["message"] for entry in self.log("performance")]
        sent = [event["params"] for event in events if event["method"] == "Network.requestWillBeSent"]
        return [event["request"]["url"] for event in sent if event["documentURL"].startswith("file:")]

    def saved(self) -> dict[str, Any]:
        """The file that the page saves."""
        for _ in range(100):
            found = list(self.downloads.glob("*.json"))
            if found:
                return json.loads(found[0].read_text())
            time.sleep(0.1)
        raise AssertionError("nothing was saved")


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """Start the driver and a browser with a profile of its own; both are gone afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    downloads = folder / "downloads"
    downloads.mkdir()
    flags = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking "
    flags += "--disable-component-update --disable-sync --window-size=1000,1100"
    options = {
        "binary": CHROMIUM,
        "args": [*flags.split(), f"--user-data-dir={folder / 'profile'}"],
        "prefs": {"download.default_directory": str(downloads)},
    }
    logs = {"browser": "ALL", "performance": "ALL"}
    wanted = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options, "goog:loggingPrefs": logs}}}
    process = subprocess.Popen(
        [str(DRIVER), f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        root = f"http://127.0.0.1:{port}/session"
        made = Browser(root, downloads)
        for _ in range(100):
            try:
                session = made._ask("POST", "", wanted)["sessionId"]
                break
            except urllib.error.HTTPError:
                raise
            except OSError:
                time.sleep(0.1)
        else:
            raise AssertionError("chromedriver does not answer")
        made._address += f"/{session}"
        yield made
        made._ask("DELETE", "")
    finally:
        process.terminate()
        process.wait(timeout=20)
