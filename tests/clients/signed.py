"""Requests signed by botocore's own signer and sent as they stand, for what boto3 would not send."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from live import REGION, ROOT_KEY, ROOT_SECRET, Live


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """The error's code, in either protocol."""
        if b"<Code>" in self.body:
            return self.body.partition(b"<Code>")[2].partition(b"</Code>")[0].decode()
        return self.headers.get("x-amzn-errortype") or json.loads(self.body)["__type"]


def signed(
    live: Live,
    method: str = "POST",
    path: str = "/",
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    *,
    service: str = "ses",
    region: str = REGION,
    key: str = ROOT_KEY,
    secret: str = ROOT_SECRET,
    presigned_for: int | None = None,
) -> AWSRequest:
    """A request with its signature."""
    request = AWSRequest(method, f"{live.endpoint}{path}", headers=dict(headers or {}), data=body)
    credentials = Credentials(key, secret)
    if presigned_for is None:
        SigV4Auth(credentials, service, region).add_auth(request)
    else:
        SigV4QueryAuth(credentials, service, region, expires=presigned_for).add_auth(request)
    return request


def sent(request: AWSRequest, body: bytes | None = None, **headers: str | None) -> Answer:
    """The answer to a request, whose body and headers may be changed after it was signed (None: left out)."""
    prepared = request.prepare()
    url = urlsplit(prepared.url)
    given = {name: value.decode() if isinstance(value, bytes) else value for name, value in prepared.headers.items()}
    for name, value in headers.items():
        told = name.replace("_", "-")
        given = {known: each for known, each in given.items() if known.lower() != told.lower()}
        if value is not None:
            given[told] = value
    content = body if body is not None else (prepared.body or b"")
    given["Content-Length"] = str(len(content))
    connection = http.client.HTTPConnection(url.hostname or "", url.port or 80, timeout=30)
    try:
        connection.request(prepared.method, f"{url.path or '/'}{'?' + url.query if url.query else ''}", content, given)
        response = connection.getresponse()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
    finally:
        connection.close()


def form(action: str, version: str = "2010-12-01", **members: str) -> bytes:
    """A body of the query protocol."""
    return urlencode({"Action": action, "Version": version, **members}).encode()
