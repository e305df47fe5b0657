"""What a request's head says of it before anything is checked: which key it names, and so how large its body may be.

A message of SES's version 2 may have 40 MB: 54 MB in base64, and its JSON. Version 1 takes 10 MB, of which a form's percent-encoding
makes up to three times as much. No call of another service needs a megabyte; one without a signature is a token and names.
Source: SES Developer Guide, "Service quotas"; STS API Reference, AssumeRoleWithWebIdentity (a token of 20,000 characters at most).
"""

import re
from typing import Final

from gatepost.aws.request import HttpRequest

UNSIGNED: Final = 65_536  # bytes
SIGNED: Final = 1_048_576
MAIL_V1: Final = 32 * 1024 * 1024
MAIL_V2: Final = 64 * 1024 * 1024
MAIL_PATH: Final = "/v2/email/"
IN_HEADER: Final = re.compile(r"Credential=([^/,]{1,128})/[^/,]{1,16}/[^/,]{1,64}/([^/,]{1,64})/")
IN_QUERY: Final = re.compile(r"X-Amz-Credential=([^&%]{1,128})%2F[^&%]{1,16}%2F[^&%]{1,64}%2F([^&%]{1,64})%2F", re.IGNORECASE)


def body_limit(head: HttpRequest) -> int:
    """The largest body, in bytes, of a request with this head."""
    credential = _credential(head)
    if credential is None:
        return UNSIGNED
    if credential[2] != "ses":
        return SIGNED
    return MAIL_V2 if head.raw_path.startswith(MAIL_PATH) else MAIL_V1


def signer(head: HttpRequest) -> str | None:
    """The access key ID that a request names, whether or not its signature is right; None where it names none."""
    credential = _credential(head)
    return None if credential is None else credential[1]


def _credential(head: HttpRequest) -> re.Match[str] | None:
    """The credential's scope: group 1 is the access key ID, group 2 the service."""
    header = head.header("authorization")
    return IN_QUERY.search(head.query_string) if header is None else IN_HEADER.search(header)
