"""A server on this machine that speaks OpenAI's chat protocol over a real socket, and fails on request."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Messages = Sequence[dict[str, str]]
MODEL = "large-1"
KEY = "test-key-4f1c88d2"


@dataclass(frozen=True)
class Reply:
    """What the server sends in place of an answer.

    Attributes:
        status, headers, body: as they go out; a body that is no text is sent as JSON.
        seconds: waits before it answers.
        drops: hangs up without a word.
        answers: sends the right answer after all, only late.
    """

    status: int = 200
    body: object = ""
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    drops: bool = False
    answers: bool = False


def complaint(status: int, message: str, code: str | None = None, **headers: str) -> Reply:
    """An error in the protocol's own form."""
    error = {"message": message, "type": "error", "param": None, "code": code}
    return Reply(status, {"error": error}, {name.replace("_", "-"): text for name, text in headers.items()})


TOO_MANY = complaint(429, "slow down", Retry_After="0.05")
BROKEN = Reply(500, "oh no")
DROPPED = Reply(drops=True)
LATE = Reply(seconds=0.4, answers=True)
HTML = Reply(200, "<!DOCTYPE html><h1>It works!</h1>", {"Content-Type": "text/html"})


def answer(text: str | None, *, reason: str = "stop", prompt: int = 7, completion: int = 3) -> dict[str, Any]:
    """A whole answer as the protocol has it."""
    message = {"role": "assistant", "content": text}
    return {
        "id": "chat-1",
        "object": "chat.completion",
        "created": 1,
        "model": MODEL,
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
        },
    }


class ChatServer:
    """The server: what it answers, what it was asked.

    Args:
        text: makes the answer of the messages; the last one repeated in capitals if left out.
        replies: sent in place of answers, to the first requests in turn.
        seconds: that every answer takes.
    """

    def __init__(
        self,
        text: Callable[[Messages], str] = lambda messages: messages[-1]["content"].upper(),
        *,
        replies: Sequence[Reply] = (),
        seconds: float = 0.0,
    ) -> None:
        self.text, self.replies, self.seconds = text, list(replies), seconds
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.times: list[float] = []
        self.most_at_once = 0
        self._under_way = 0
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    @contextmanager
    def running(self) -> Iterator[ChatServer]:
        """Serve within the block."""
        thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        thread.start()
        try:
            yield self
        finally:
            self._http.shutdown()
            self._http.server_close()

    def asked(self) -> list[str]:
        """The last message of each request, in the order in which they came."""
        return [body["messages"][-1]["content"] for body in self.bodies]

    def _reply(self, body: dict[str, Any], headers: dict[str, str]) -> Reply:
        """What a request gets; its wish is noted."""
        with self._lock:
            self.bodies.append(body)
            self.headers.append(headers)
            self.times.append(time.monotonic())
            if self.replies:
                reply = self.replies.pop(0)
                if not reply.answers:
                    return reply
            else:
                reply = Reply()
        if headers.get("authorization") not in (f"Bearer {KEY}", "Bearer none"):
            return complaint(401, f"Incorrect API key provided: {headers.get('authorization', '')[7:]}")
        if body["model"] != MODEL:
            return complaint(404, f"The model `{body['model']}` does not exist", "model_not_found")
        text = self.text(body["messages"])
        limit = body.get("max_tokens") or body.get("max_completion_tokens")
        words = text.split(" ")
        reason = "length" if limit is not None and len(words) > limit else "stop"
        whole = " ".join(words[:limit])
        prompt = sum(len(turn["content"].split()) for turn in body["messages"])
        made = answer(whole, reason=reason, prompt=prompt, completion=len(words[:limit]))
        return Reply(200, made, seconds=reply.seconds or self.seconds)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                """Say nothing."""

            def do_GET(self) -> None:
                self._send(Reply(200, {"object": "list", "data": [{"id": MODEL, "object": "model"}]}))

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with server._lock:
                    server._under_way += 1
                    server.most_at_once = max(server.most_at_once, server._under_way)
                try:
                    reply = server._reply(body, {key.lower(): text for key, text in self.headers.items()})
                    time.sleep(reply.seconds)
                    if body.get("stream") and reply.status == 200 and isinstance(reply.body, dict):
                        self._stream(reply.body)
                    elif not reply.drops:
                        self._send(reply)
                    else:
                        self.close_connection = True
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True
                finally:
                    with server._lock:
                        server._under_way -= 1

            def _send(self, reply: Reply) -> None:
                text = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
                self.send_response(reply.status)
                for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def _stream(self, whole: dict[str, Any]) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Connection", "close")
                self.end_headers()
                self.close_connection = True
                [choice] = whole["choices"]
                for word in choice["message"]["content"].split(" "):
                    self._piece({"choices": [{"index": 0, "delta": {"content": word + " "}}]})
                    time.sleep(0.02)
                end = {"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}
                self._piece({"choices": [end]})
                self._piece({"choices": [], "usage": whole["usage"]})
                self.wfile.write(b"data: [DONE]\n\n")

            def _piece(self, piece: dict[str, Any]) -> None:
                self.wfile.write(f"data: {json.dumps(piece)}\n\n".encode())
                self.wfile.flush()

        return Handler
