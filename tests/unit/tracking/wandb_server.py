"""As much of a W&B server as `wandb sync` and an online run ask for; it keeps what it is sent."""

from __future__ import annotations

import contextlib
import gzip
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Received:
    """One run, as the server has it in the end."""

    address: str = ""
    runs: set[str] = field(default_factory=set)
    config: dict[str, Any] = field(default_factory=dict)
    history: list[str] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    artifacts: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)

    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.history]


@contextmanager
def wandb_server() -> Iterator[Received]:
    """Serve until the end of the block."""
    received = Received()

    class Handler(_Handler):
        run = received

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    received.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield received
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    run: Received

    def log_message(self, *_: object) -> None: ...

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):
            super().handle()

    def do_GET(self) -> None:
        self._answer({})

    def do_PUT(self) -> None:
        self.run.files[self.path] = self._body()
        self._answer({})

    def do_POST(self) -> None:
        body = self._body()
        if self.path.endswith("/file_stream"):
            self._stream(json.loads(body))
            self._answer({"limits": {}})
        elif self.path.endswith("/graphql"):
            query = json.loads(body)
            found = re.search(r"(?:query|mutation)\s+(\w+)", query["query"])
            self._answer({"data": self._graphql(found[1] if found else "", query.get("variables") or {})})
        else:
            self._answer({})

    def _stream(self, body: dict[str, Any]) -> None:
        files = body.get("files") or {}
        if lines := files.get("wandb-history.jsonl"):
            start = lines["offset"]
            self.run.history[start : start + len(lines["content"])] = lines["content"]
        if summary := files.get("wandb-summary.json"):
            self.run.summary = json.loads(summary["content"][-1])

    def _graphql(self, name: str, given: dict[str, Any]) -> dict[str, Any]:
        project = {"id": "UA==", "name": "desk", "entity": {"id": "e", "name": "team"}}
        artifact = {"id": "QXJ0", "state": "PENDING", "artifactSequence": {"id": "s", "latestArtifact": None}}
        upload = {"uploadUrl": f"{self.run.address}/upload", "uploadHeaders": []}
        if name == "UpsertBucket":
            self.run.runs.add(given["name"])
            if given["config"]:
                self.run.config = {key: entry["value"] for key, entry in json.loads(given["config"]).items()}
            self.run.tags = given.get("tags") or self.run.tags
            bucket = {"id": "QmlkOg==", "name": given["name"], "displayName": "d", "project": project}
            return {"upsertBucket": {"bucket": {**bucket, "config": "{}"}, "inserted": True}}
        if name == "RunResumeStatus":
            return {"model": {**project, "bucket": self._bucket() if self.run.runs else None}}
        if name == "Viewer":
            return {"viewer": {"id": "VQ==", "entity": "team", "username": "u", "teams": {"edges": []}}}
        if name == "CreateRunFiles":
            files = [{"name": file, **upload} for file in given["files"]]
            return {"createRunFiles": {"runID": "QmlkOg==", "uploadHeaders": [], "files": files}}
        if name == "ArtifactType":
            return {"project": None}
        if name == "CreateArtifact":
            self.run.artifacts.append(given["input"]["artifactCollectionName"])
            return {"createArtifact": {"artifact": artifact}}
        if name == "CreateArtifactManifest":
            file = {"id": "Rg==", "name": "wandb_manifest.json", "displayName": "m", **upload}
            return {"createArtifactManifest": {"artifactManifest": {"id": "TQ==", "file": file}}}
        if name == "CommitArtifact":
            return {"commitArtifact": {"artifact": {"id": "QXJ0", "digest": "d"}}}
        return {}

    def _bucket(self) -> dict[str, Any]:
        config = {key: {"value": value} for key, value in self.run.config.items()}
        return {
            "name": next(iter(self.run.runs)),
            "historyLineCount": len(self.run.history),
            "eventsLineCount": 0,
            "logLineCount": 0,
            "historyTail": json.dumps(self.run.history[-1:]),
            "eventsTail": "[]",
            "summaryMetrics": json.dumps(self.run.summary),
            "config": json.dumps(config),
            "tags": self.run.tags,
            "wandbConfig": '{"t": 1}',
        }

    def _body(self) -> bytes:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body

    def _answer(self, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
