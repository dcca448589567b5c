"""A small client of the Language Server Protocol: one server process, documents in, answers out."""

import json
import queue
import subprocess
import threading
from pathlib import Path
from typing import Any, NamedTuple

WAIT = 30
"""Seconds after which a server that says nothing has failed."""


class Place(NamedTuple):
    """A document with the cursor in it."""

    uri: str
    line: int
    character: int


class LanguageServer:
    """A running `yaml-language-server`, spoken to over its standard input and output."""

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._messages: queue.Queue[dict[str, Any] | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self._last_id = 0
        self._versions: dict[str, int] = {}
        self._published: dict[str, list[dict[str, Any]]] = {}
        markdown = ["markdown", "plaintext"]
        abilities = {
            "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": markdown}},
            "hover": {"contentFormat": markdown},
            "publishDiagnostics": {},
        }
        self.request("initialize", processId=None, rootUri=None, capabilities={"textDocument": abilities})
        self._send({"method": "initialized", "params": {}})
        settings = {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}}
        self._send({"method": "workspace/didChangeConfiguration", "params": {"settings": {"yaml": settings}}})

    def stop(self) -> None:
        """Ask the server to leave; one that does not is killed, and that is an error."""
        try:
            self.request("shutdown")
            self._send({"method": "exit"})
            self._process.wait(10)
        finally:
            self._process.kill()
            self._process.wait()

    def diagnose(self, files: list[Path]) -> list[list[dict[str, Any]]]:
        """What the server says about each file. It waits a moment before each answer, so they are asked together."""
        uris = [file.as_uri() for file in files]
        for file, uri in zip(files, uris, strict=True):
            self._published.pop(uri, None)
            self._open(uri, file.read_text(encoding="utf-8"))
        while not self._published.keys() >= set(uris):
            self._take(self._next())
        return [self._published[uri] for uri in uris]

    def open_at(self, file: Path, text: str) -> Place:
        """Show the server a text that `|` marks the cursor in. The file itself need not exist."""
        before, _, after = text.partition("|")
        uri = file.as_uri()
        self._open(uri, before + after)
        return Place(uri, before.count("\n"), len(before) - before.rfind("\n") - 1)

    def complete(self, place: Place) -> list[dict[str, Any]]:
        """The completions at a place."""
        found = self.request("textDocument/completion", **_position(place))
        return found["items"] if isinstance(found, dict) else found or []

    def hover(self, place: Place) -> str:
        """The text that is shown over a place."""
        found = self.request("textDocument/hover", **_position(place))
        return found["contents"]["value"] if found else ""

    def request(self, method: str, **params: Any) -> Any:
        """Send a request and wait for its answer."""
        self._last_id += 1
        number = self._last_id
        self._send({"id": number, "method": method, "params": params})
        while True:
            message = self._next()
            if message.get("id") == number and "method" not in message:
                assert "error" not in message, message["error"]
                return message["result"]
            self._take(message)

    def _open(self, uri: str, text: str) -> None:
        version = self._versions[uri] = self._versions.get(uri, 0) + 1
        if version == 1:
            document = {"uri": uri, "languageId": "yaml", "version": version, "text": text}
            self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        else:
            params = {"textDocument": {"uri": uri, "version": version}, "contentChanges": [{"text": text}]}
            self._send({"method": "textDocument/didChange", "params": params})

    def _take(self, message: dict[str, Any]) -> None:
        """Keep published diagnostics, and answer what the server asks."""
        if message.get("method") == "textDocument/publishDiagnostics":
            self._published[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "id" in message and "method" in message:
            items = message.get("params", {}).get("items", [])
            self._send({"id": message["id"], "result": [None] * len(items) or None})

    def _next(self) -> dict[str, Any]:
        message = self._messages.get(timeout=WAIT)
        assert message is not None, "the language server has ended"
        return message

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin
        self._process.stdin.write(f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        self._process.stdin.flush()

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream
        while line := stream.readline():
            length = int(line.partition(b":")[2])
            while stream.readline().strip():
                pass
            self._messages.put(json.loads(stream.read(length)))
        self._messages.put(None)


def _position(place: Place) -> dict[str, Any]:
    return {
        "textDocument": {"uri": place.uri},
        "position": {"line": place.line, "character": place.character},
    }
