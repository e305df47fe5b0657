"""What is refused before it is a call: HTTP that is wrong, too large or too slow. It leaves no Event, only a count."""

from http import HTTPStatus

from gatepost.aws.request import HttpResponse


class Refusal(Exception):
    """A request that is refused; its connection closes after the answer. `reason` is for people."""

    def __init__(self, status: HTTPStatus, reason: str, *headers: tuple[bytes, bytes]) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.headers = headers

    def response(self) -> HttpResponse:
        """The answer: the reason as a line of text."""
        body = f"{self.reason}\n".encode()
        headers = (*self.headers, (b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body)))
        return HttpResponse(self.status.value, headers, body)


def bad_request(reason: str) -> Refusal:
    """400: not HTTP/1.1 as RFC 9112 has it, or what a proxy in front of us might read otherwise than we do."""
    return Refusal(HTTPStatus.BAD_REQUEST, reason)


def no_room() -> Refusal:
    """503: the budgets of what may come in at once are used up. SDKs try again."""
    return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "too much comes in at once; try again in a moment", (b"retry-after", b"1"))
