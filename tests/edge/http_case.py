"""The cases of `http_cases.json`: bytes that a client sends, and the statuses that come back."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "http_cases.json"


@dataclass(frozen=True)
class HttpCase:
    """One case. `bodies` says of each answer whether it has a body, where that is the point."""

    topic: str
    name: str
    source: str
    sent: bytes
    expected: tuple[int, ...]
    closes: bool
    bodies: tuple[bool, ...] | None


def read_cases() -> list[HttpCase]:
    """All cases, in the file's order."""
    return [_read(case) for case in json.loads(FILE.read_text())]


def _read(case: Any) -> HttpCase:
    sent = b"".join(_bytes(part) for part in case["sent"])
    expected = tuple(status for part in case["expected"] for status in _statuses(part))
    bodies = tuple(case["bodies"]) if "bodies" in case else None
    return HttpCase(case["topic"], case["name"], case["source"], sent, expected, case["closes"], bodies)


def _bytes(part: Any) -> bytes:
    text = part if isinstance(part, str) else part["text"] * part["times"]
    encoded: bytes = text.encode("latin-1")
    return encoded


def _statuses(part: Any) -> list[int]:
    return [part] if isinstance(part, int) else [part["status"]] * part["times"]


def read_answers(received: bytes, *methods: str) -> list[tuple[int, dict[str, str], bytes]]:
    """The answers in these bytes: status, headers, body. `methods` are those of the requests, where one is HEAD."""
    answers = []
    number = 0
    while received:
        head, ends, received = received.partition(b"\r\n\r\n")
        assert ends, f"a head that does not end: {head[:80]!r}"
        lines = head.decode("latin-1").split("\r\n")
        version, status, _ = lines[0].split(" ", 2)
        assert version in ("HTTP/1.1", "HTTP/1.0")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        if status == "100":
            answers.append((100, headers, b""))
            continue
        method = methods[number] if number < len(methods) else "GET"
        number += 1
        length = 0 if method == "HEAD" else int(headers.get("content-length", 0))
        answers.append((int(status), headers, received[:length]))
        received = received[length:]
    return answers
