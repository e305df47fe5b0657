"""Errors as AWS answers them, and the texts that AWS defines for every service.

A code is given by its name in the query protocol; the JSON protocols write some of them otherwise (`JSON_NAMES`).
Source: each service's API Reference, "Common Errors"; texts as AWS puts them on the wire.
"""

from collections.abc import Mapping, Sequence
from typing import Final

JSON_NAMES: Final = {
    "AccessDenied": "AccessDeniedException",
    "ExpiredToken": "ExpiredTokenException",
    "IncompleteSignature": "IncompleteSignatureException",
    "InvalidAction": "UnknownOperationException",
    "InvalidClientTokenId": "UnrecognizedClientException",
    "MissingAuthenticationToken": "MissingAuthenticationTokenException",
    "SignatureDoesNotMatch": "InvalidSignatureException",
    "Throttling": "ThrottlingException",
    "ServiceUnavailable": "ServiceUnavailableException",
    "InternalFailure": "InternalServerException",
}
MODELLED_INTERNAL: Final = {"sesv2": "InternalServiceErrorException", "organizations": "ServiceException"}
NO_MEMBERS: Final[Mapping[str, str]] = {}


class AwsError(Exception):
    """An error that is answered: a code, an HTTP status, a message for the caller.

    `members` are what the error's shape has besides (`Reason`), by the model's names; the JSON protocols answer them.
    """

    def __init__(self, code: str, message: str, status: int = 400, members: Mapping[str, str] = NO_MEMBERS) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.members = members

    def bare(self) -> "AwsError":
        """The error without its traceback and what it came of: both lead to the request, which an answer must not hold on to."""
        self.__context__ = self.__cause__ = None
        return self.with_traceback(None)

    @property
    def fault(self) -> str:
        """`Sender` or `Receiver`, as the query protocol says it."""
        return "Receiver" if self.status >= 500 else "Sender"


# --- who calls ----------------------------------------------------------------------------------------------------------


def missing_authentication_token() -> AwsError:
    """The request carries no signature."""
    return AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403)


def incomplete_signature(message: str) -> AwsError:
    """The signature lacks a part, or a part cannot be read."""
    return AwsError("IncompleteSignature", message, 400)


def signature_does_not_match(message: str | None = None) -> AwsError:
    """The signature is not the one that the key's secret makes of this request."""
    default = (
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and "
        "signing method. Consult the service documentation for details."
    )
    return AwsError("SignatureDoesNotMatch", message or default, 403)


def invalid_client_token_id() -> AwsError:
    """The access key does not exist, or is inactive."""
    return AwsError("InvalidClientTokenId", "The security token included in the request is invalid.", 403)


def expired_token() -> AwsError:
    """The temporary credentials have ended."""
    return AwsError("ExpiredToken", "The security token included in the request is expired", 403)


def request_time_too_skewed(message: str) -> AwsError:
    """The request's time is further than AWS allows from the server's."""
    return AwsError("RequestTimeTooSkewed", message, 403)


def request_expired() -> AwsError:
    """A presigned request came after its time."""
    return AwsError("RequestExpired", "Request has expired.", 400)


def access_denied(message: str) -> AwsError:
    """The policies do not allow it."""
    return AwsError("AccessDenied", message, 403)


# --- what is asked ------------------------------------------------------------------------------------------------------


def invalid_action(action: str, version: str | None) -> AwsError:
    """The service has no such operation, or it is not served here."""
    return AwsError("InvalidAction", f"Could not find operation {action} for version {version or 'NO_VERSION_SPECIFIED'}", 400)


def not_served(service: str, action: str) -> AwsError:
    """AWS has the operation; this server does not serve it."""
    return AwsError("InvalidAction", f"The operation {action} of {service} is not served here.", 400)


def service_not_served(service: str) -> AwsError:
    """AWS may have the service; this server does not serve it."""
    return AwsError("InvalidAction", f"The service {service} is not served here.", 400)


def unknown_operation() -> AwsError:
    """No operation can be told of the request."""
    return AwsError("InvalidAction", "The requested operation is not recognized by the service.", 404)


def body_too_large() -> AwsError:
    """The body passes what the server takes."""
    return AwsError("RequestEntityTooLarge", "Request body exceeds the size that this server accepts.", 413)


def malformed_body(message: str) -> AwsError:
    """The body is not what the protocol asks for."""
    return AwsError("SerializationException", message, 400)


def malformed_query(message: str) -> AwsError:
    """The form is not what the query protocol asks for."""
    return AwsError("MalformedQueryString", message, 404)


def malformed_input(message: str) -> AwsError:
    """A value of the form is not of its type."""
    return AwsError("MalformedInput", message, 400)


def not_utf8() -> AwsError:
    """A name or value of the form is not UTF-8."""
    return AwsError("MalformedQueryString", "The query string is not UTF-8.", 400)


def constraints_failed(code: str, problems: Sequence[str], members: Mapping[str, str] = NO_MEMBERS) -> AwsError:
    """`1 validation error detected: Value at 'policyName' failed to satisfy constraint: …`."""
    count = f"{len(problems)} validation error{'s' if len(problems) > 1 else ''} detected"
    return AwsError(code, f"{count}: {'; '.join(problems)}", 400, members)


def members_not_served(code: str, operation: str, names: Sequence[str], members: Mapping[str, str] = NO_MEMBERS) -> AwsError:
    """The call gives parameters that AWS obeys and this server does not: it is not carried out without them."""
    return AwsError(
        code, f"{', '.join(names)} of {operation} {'is' if len(names) == 1 else 'are'} not served here.", 400, members
    )


# --- what went wrong here -----------------------------------------------------------------------------------------------


def internal_failure() -> AwsError:
    """A mistake of the server's."""
    return AwsError("InternalFailure", "The request processing has failed because of an unknown error.", 500)


def service_unavailable() -> AwsError:
    """The call could not be recorded, so it was not done."""
    return AwsError("ServiceUnavailable", "The request could not be recorded, so it was not carried out; try again.", 503)


def throttled() -> AwsError:
    """More is asked at once than the server takes from one account, or from all."""
    return AwsError("Throttling", "Rate exceeded", 429)


def stopping() -> AwsError:
    """The server stops before the call was carried out."""
    return AwsError("ServiceUnavailable", "The server is stopping, so the call was not carried out; try again.", 503)


def abandoned() -> AwsError:
    """The client went away, so nobody thinks about its question any longer: for the audit log alone."""
    return AwsError("RequestAbandoned", "The client closed the connection before the answer was there.", 400)
