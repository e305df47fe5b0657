"""Access Analyzer's errors, worded as the service does where that is known.

Source: Access Analyzer API Reference, each operation's "Errors".
"""

from gatepost.aws.errors import AwsError


def invalid(message: str) -> AwsError:
    """A member that cannot be."""
    return AwsError("ValidationException", message, 400, {"reason": "fieldValidationFailed"})


def unsupported(message: str) -> AwsError:
    """What AWS has and this server does not serve."""
    return AwsError("ValidationException", message, 400, {"reason": "notSupported"})


def invalid_parameter(message: str) -> AwsError:
    """A document, or an access, that cannot be read."""
    return AwsError("InvalidParameterException", message)


def unprocessable(message: str) -> AwsError:
    """A question that is not decided."""
    return AwsError("UnprocessableEntityException", message, 422)


def undecided(limit: str) -> AwsError:
    """A check that a limit ended before it was decided: neither PASS nor FAIL, so nobody takes it for proved."""
    return unprocessable(f"The question was not decided: {limit}.")


def not_analyzed(limit: str) -> AwsError:
    """A validation that a limit ended; ValidatePolicy has no error for what is not decided."""
    return AwsError("ValidationException", f"The policy could not be analyzed: {limit}.", 400, {"reason": "other"})


def not_found(resource_id: str, resource_type: str) -> AwsError:
    """Nothing has this name."""
    return AwsError("ResourceNotFoundException", f"{resource_type} not found", 404, _about(resource_id, resource_type))


def exists(resource_id: str, resource_type: str) -> AwsError:
    """Something has this name already."""
    return AwsError("ConflictException", f"{resource_type} already exists", 409, _about(resource_id, resource_type))


def quota_exceeded(resource_id: str, resource_type: str, message: str) -> AwsError:
    """One more than there may be."""
    return AwsError("ServiceQuotaExceededException", message, 402, _about(resource_id, resource_type))


def _about(resource_id: str, resource_type: str) -> dict[str, str]:
    return {"resourceId": resource_id, "resourceType": resource_type}
