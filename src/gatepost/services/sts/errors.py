"""STS's errors, worded as STS does.

Source: STS API Reference; texts as the service puts them on the wire, as clients' issues quote them.
"""

from gatepost.aws.errors import AwsError, access_denied


def validation(message: str) -> AwsError:
    """An input that STS does not take."""
    return AwsError("ValidationError", message)


def invalid_parameter(message: str) -> AwsError:
    """A parameter that contradicts another, or the calling session."""
    return AwsError("InvalidParameterValue", message)


def no_such_second_factor() -> AwsError:
    """A one-time code of a device that does not exist: there are no such devices here."""
    return access_denied(
        "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and "
        "associated with this user."
    )


def packed_policy_too_large(percent: int) -> AwsError:
    """Session policies and tags are too large together."""
    text = f"Packed policy consumes {percent}% of allotted space, please use smaller policy."
    return AwsError("PackedPolicyTooLarge", text)


def invalid_identity_token(message: str) -> AwsError:
    """An identity token that cannot be accepted."""
    return AwsError("InvalidIdentityToken", message)


def identity_token_expired(now: int, expires: int) -> AwsError:
    """An identity token whose time is over; both in epoch seconds."""
    text = f"Token expired: current date/time {now} must be before the expiration date/time {expires}"
    return AwsError("ExpiredTokenException", text)


def verification_key_unavailable() -> AwsError:
    """The identity provider's keys could not be had. One text for every reason: another would tell which hosts and ports answer."""
    return AwsError(
        "InvalidIdentityToken",
        "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity "
        "documentation for requirements",
    )


def invalid_authorization_message() -> AwsError:
    """What is to be decoded names no decision that the caller may see."""
    return AwsError("InvalidAuthorizationMessageException", "Message is not valid")
