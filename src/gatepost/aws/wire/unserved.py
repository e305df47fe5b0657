"""Errors in the protocols of services that are not served: S3's XML, and CBOR.

Whoever calls such a service here has its client set to this server by mistake, and is to read so in words that the client shows.
Source: S3 API Reference, "Error responses"; Smithy, "RPC v2 CBOR"; RFC 8949.
"""

from collections.abc import Callable
from typing import Final
from xml.sax.saxutils import escape

from gatepost.aws.errors import JSON_NAMES, AwsError
from gatepost.aws.request import HttpRequest, HttpResponse

Fail = Callable[[AwsError, str], HttpResponse]  # an error and the request's ID
S3: Final = ("s3", "s3express", "s3-object-lambda", "s3-outposts")
OTHER_XML: Final = ("cloudfront", "route53")
CBOR: Final = ("smithy-protocol", "rpc-v2-cbor")  # the header by which a request says so
TEXT, MAP = 0x60, 0xA0  # RFC 8949, 3.1: major types


def fail_as(request: HttpRequest, signing_name: str) -> Fail | None:
    """How errors are told to a client of a service that is not served; None where it reads those of a service that is."""
    if request.header(CBOR[0]) == CBOR[1]:
        return _in_cbor
    return _as_s3 if signing_name in S3 else None


def _as_s3(error: AwsError, request_id: str) -> HttpResponse:
    text = f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message><RequestId>{request_id}</RequestId>"
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{text}</Error>'.encode()
    headers = ((b"x-amz-request-id", request_id.encode()), (b"content-type", b"application/xml"))
    return HttpResponse(error.status, (*headers, (b"content-length", b"%d" % len(body))), body)


def _in_cbor(error: AwsError, request_id: str) -> HttpResponse:
    members = {"__type": JSON_NAMES.get(error.code, error.code), "message": error.message}
    body = bytes((MAP | len(members),)) + b"".join(_text(each) for pair in members.items() for each in pair)
    headers = (
        (b"x-amzn-requestid", request_id.encode()),
        (b"smithy-protocol", b"rpc-v2-cbor"),
        (b"content-type", b"application/cbor"),
    )
    return HttpResponse(error.status, (*headers, (b"content-length", b"%d" % len(body))), body)


def _text(text: str) -> bytes:
    """A text string with its length in two bytes (RFC 8949, 3.1: additional information 25)."""
    encoded = text.encode()[:0xFFFF]
    return bytes((TEXT | 25,)) + len(encoded).to_bytes(2) + encoded
