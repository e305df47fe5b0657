"""AWS Signature Version 4, checked: in the Authorization header, or presigned in the query.

1. The canonical request is made from the bytes as they came in: path encoded once more, parameters sorted, the signed headers.
2. The string to sign binds it to a time and a scope (date, region, service).
3. The key is derived from the secret and the scope; comparison is in constant time.
4. The time must be within fifteen minutes of ours, or within `X-Amz-Expires` of a presigned request's date.
5. Nothing says which step failed before the signature was right, but what any client can see for itself.

Source: AWS General Reference, "Signature Version 4 signing process"; error texts as AWS puts them on the wire.
"""

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote

from msgspec import Struct

from gatepost.aws import errors
from gatepost.aws.request import HttpRequest

ALGORITHM: Final = "AWS4-HMAC-SHA256"
TERMINATOR: Final = "aws4_request"
WINDOW: Final = timedelta(minutes=15)
LONGEST_EXPIRES: Final = 604_800  # seconds: seven days
DATE: Final = re.compile(r"\d{8}T\d{6}Z")
SECONDS: Final = re.compile(r"[0-9]{1,6}")
REGION: Final = re.compile(r"[a-z0-9-]{1,32}")
SPACES: Final = re.compile(r" +")
SCOPE_PARTS: Final = 5
MOST_SIGNED_HEADERS: Final = 200  # as many as a request may have


class Authorization(Struct, frozen=True):
    """What a request says of its signature. Nothing in it is true until `check_signature` has returned."""

    access_key_id: str
    amz_date: str
    date: str
    region: str
    service: str
    terminator: str
    signed_headers: tuple[str, ...]
    signature: str
    presigned_for: int | None = None  # seconds, where it is presigned
    token: str | None = None  # of temporary credentials


# --- reading ------------------------------------------------------------------------------------------------------------


def read_authorization(request: HttpRequest) -> Authorization:
    """The request's authorization; `AwsError` where there is none or it cannot be read."""
    header = request.header("authorization")
    if header is not None:
        return _of_header(request, header)
    if "X-Amz-Signature" in request.query_string or "X-Amz-Algorithm" in request.query_string:
        return _of_query(dict(request.query()))
    raise errors.missing_authentication_token()


def _of_header(request: HttpRequest, header: str) -> Authorization:
    algorithm, _, rest = header.partition(" ")
    if algorithm != ALGORITHM:
        raise errors.incomplete_signature(f"Unsupported signing algorithm in the Authorization header, expected {ALGORITHM}.")
    given: dict[str, str] = {}
    for part in rest.split(","):
        name, equals, value = part.strip().partition("=")
        if not equals:
            raise errors.incomplete_signature(
                f"'{part.strip()}' not a valid key=value pair (missing equal-sign) in Authorization header."
            )
        given[name] = value
    missing = [
        f"Authorization header requires '{name}' parameter."
        for name in ("Credential", "Signature", "SignedHeaders")
        if not given.get(name)
    ]
    amz_date = request.header("x-amz-date") or _dated(request.header("date"))
    if amz_date is None:
        missing.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    if missing or amz_date is None:
        raise errors.incomplete_signature(" ".join(missing))
    token = request.header("x-amz-security-token")
    return _authorization(given["Credential"], amz_date, given["SignedHeaders"], given["Signature"], None, token)


def _dated(date: str | None) -> str | None:
    """The time of a request without `X-Amz-Date` in the form that is signed: its `Date` is in that form, or an HTTP date."""
    if date is None or DATE.fullmatch(date):
        return date
    try:
        moment = parsedate_to_datetime(date)
        return _text(moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC))  # None: `-0000`
    except (ValueError, OverflowError):
        return date  # to be refused by its own text


def _of_query(given: dict[str, str]) -> Authorization:
    if given.get("X-Amz-Algorithm") != ALGORITHM:
        raise errors.incomplete_signature(f"AWS query-string parameters must include a valid 'X-Amz-Algorithm': {ALGORITHM}.")
    names = ("X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date")
    missing = [f"AWS query-string parameters must include '{name}'." for name in names if not given.get(name)]
    if missing:
        raise errors.incomplete_signature(" ".join(missing))
    expires = given.get("X-Amz-Expires", "900")
    if not (SECONDS.fullmatch(expires) and 0 < int(expires) <= LONGEST_EXPIRES):
        raise errors.incomplete_signature(f"X-Amz-Expires must be between 1 and {LONGEST_EXPIRES} seconds.")
    credential, signature, signed, amz_date = (given[name] for name in names)
    return _authorization(credential, amz_date, signed, signature, int(expires), given.get("X-Amz-Security-Token"))


def _authorization(
    credential: str, amz_date: str, signed: str, signature: str, presigned_for: int | None, token: str | None
) -> Authorization:
    scope = credential.split("/")
    if len(scope) != SCOPE_PARTS or not all(scope):
        raise errors.incomplete_signature(
            f"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{credential}'."
        )
    if not DATE.fullmatch(amz_date):
        raise errors.incomplete_signature(
            f"Date must be in ISO-8601 'basic format'. Got '{amz_date}'. See http://en.wikipedia.org/wiki/ISO_8601."
        )
    access_key_id, date, region, service, terminator = scope
    if not REGION.fullmatch(region):
        raise errors.incomplete_signature(f"Credential should be scoped to a valid region, not '{region}'.")
    signed_headers = tuple(signed.lower().split(";", MOST_SIGNED_HEADERS))
    if len(signed_headers) > MOST_SIGNED_HEADERS or len(set(signed_headers)) < len(signed_headers):
        raise errors.incomplete_signature("SignedHeaders must name each header once.")
    if "host" not in signed_headers:
        raise errors.signature_does_not_match("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
    return Authorization(
        access_key_id, amz_date, date, region, service, terminator, signed_headers, signature, presigned_for, token
    )


# --- checking -----------------------------------------------------------------------------------------------------------


def check_signature(request: HttpRequest, authorization: Authorization, secret: str, service: str, now: datetime) -> None:
    """Return where the signature is right for `service` at `now`; else raise `AwsError`."""
    _check_scope(authorization, service)
    _check_time(authorization, now)
    scope = f"{authorization.date}/{authorization.region}/{authorization.service}/{TERMINATOR}"
    key = _signer(secret, authorization.date, authorization.region, authorization.service)
    text = canonical_request(request, authorization)
    for canonical in _encodings(text):
        to_sign = f"{ALGORITHM}\n{authorization.amz_date}\n{scope}\n{hashlib.sha256(canonical).hexdigest()}"
        signer = key.copy()
        signer.update(to_sign.encode())
        if hmac.compare_digest(signer.hexdigest().encode(), authorization.signature.encode()):
            return
    raise errors.signature_does_not_match()


def _encodings(canonical: str) -> tuple[bytes, ...]:
    """The bytes that a client may have signed: as they came in; of a header sent in Latin-1, also what UTF-8 makes of its text.

    botocore signs the latter, as HTTP libraries send text in Latin-1. Both say the same header.
    """
    return (canonical.encode(),) if canonical.isascii() else (canonical.encode("latin-1"), canonical.encode())


def check_service(authorization: Authorization, service: str) -> None:
    """Return where the signature's scope names `service`; else raise `AwsError`."""
    if authorization.service != service:
        raise errors.signature_does_not_match(f"Credential should be scoped to correct service: '{service}'.")


def _check_scope(authorization: Authorization, service: str) -> None:
    check_service(authorization, service)
    if authorization.terminator != TERMINATOR:
        raise errors.signature_does_not_match(
            f"Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{authorization.terminator}'."
        )
    if authorization.amz_date[:8] != authorization.date:
        raise errors.signature_does_not_match(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{authorization.date}' != '{authorization.amz_date[:8]}', from '{authorization.amz_date}'."
        )


def _check_time(authorization: Authorization, now: datetime) -> None:
    try:
        signed_at = _instant(authorization.amz_date)
    except ValueError:
        raise errors.incomplete_signature(f"Date must be a valid time. Got '{authorization.amz_date}'.") from None
    minutes = WINDOW // timedelta(minutes=1)
    if signed_at - now > WINDOW:
        raise errors.request_time_too_skewed(
            f"Signature not yet current: {authorization.amz_date} is still later than {_text(now + WINDOW)} "
            f"({_text(now)} + {minutes} min.)"
        )
    if authorization.presigned_for is not None:
        if now > signed_at + timedelta(seconds=authorization.presigned_for):
            raise errors.request_expired()
    elif now - signed_at > WINDOW:
        raise errors.request_time_too_skewed(
            f"Signature expired: {authorization.amz_date} is now earlier than {_text(now - WINDOW)} ({_text(now)} - {minutes} min.)"
        )


@lru_cache(maxsize=256)
def _instant(amz_date: str) -> datetime:
    return datetime.strptime(amz_date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def _text(instant: datetime) -> str:
    return instant.strftime("%Y%m%dT%H%M%SZ")


@lru_cache(maxsize=4096)
def _signer(secret: str, date: str, region: str, service: str) -> hmac.HMAC:
    """An HMAC under the day's key, to be copied: `hmac.digest` would let go of the interpreter's lock for each short text."""
    return hmac.new(signing_key(secret, date, region, service), digestmod="sha256")


def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """The key of a day, region and service."""
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, TERMINATOR):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def canonical_request(request: HttpRequest, authorization: Authorization) -> str:
    """The request in the form that is signed."""
    headers = "".join(f"{name}:{_header(request.header(name) or '')}\n" for name in authorization.signed_headers)
    return "\n".join(
        (
            request.method,
            _path(request.raw_path),
            _query(request.query_string) if request.query_string else "",
            headers,
            ";".join(authorization.signed_headers),
            hashlib.sha256(request.body).hexdigest(),
        )
    )


def _header(value: str) -> str:
    value = value.strip()
    return SPACES.sub(" ", value) if "  " in value else value


@lru_cache(maxsize=1024)
def _path(raw_path: str) -> str:
    if raw_path in ("", "/"):
        return "/"
    kept: list[str] = []
    for part in raw_path.split("/"):
        if part == "..":
            if kept:
                kept.pop()
        elif part not in ("", "."):
            kept.append(part)
    ends = "/" if raw_path.endswith("/") and kept else ""
    return quote(f"/{'/'.join(kept)}{ends}", safe="/~")


def _query(query_string: str) -> str:
    pairs = []
    for part in query_string.split("&"):
        name, _, value = part.partition("=")
        if part and name != "X-Amz-Signature":
            pairs.append((quote(unquote(name), safe="-_.~"), quote(unquote(value), safe="-_.~")))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))
