"""IAM's errors, worded as IAM does.

Source: IAM API Reference; texts as the service puts them on the wire.
"""

from typing import Final

from gatepost.aws.errors import AwsError
from gatepost.policy.errors import PolicyError
from gatepost.services.iam.put_checks import SYNTAX

# What IAM says of a document, by the code of our own reader's error; anything else is a syntax error to IAM.
MALFORMED: Final = {
    "json-syntax": "This policy contains invalid Json",
    "character": "This policy contains invalid Json",
    "sid": "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
    "prohibited-principal": "Policy document should not specify a principal.",
    "prohibited-notprincipal": "Policy document should not specify a principal.",
    "prohibited-resource": "Has prohibited field Resource",
    "prohibited-notresource": "AssumeRole policy must not contain resources.",
    "missing-principal": "Missing required field Principal",
    "principal": "Invalid principal in policy",
}


def validation(message: str) -> AwsError:
    """An input that IAM does not take."""
    return AwsError("ValidationError", message)


def invalid_input(message: str) -> AwsError:
    """A parameter that cannot be."""
    return AwsError("InvalidInput", message)


def not_evaluated(limit: str) -> AwsError:
    """A simulation that a limit ended."""
    return AwsError("PolicyEvaluation", f"The policies could not be evaluated: {limit}.", 500)


def no_such(kind: str, name: str) -> AwsError:
    """Nothing of this kind has the name."""
    return AwsError("NoSuchEntity", f"The {kind} with name {name} cannot be found.", 404)


def no_such_key(key_id: str) -> AwsError:
    """No access key has this ID."""
    return AwsError("NoSuchEntity", f"The Access Key with id {key_id} cannot be found.", 404)


def no_such_policy(arn: str) -> AwsError:
    """No managed policy has this ARN."""
    return AwsError("NoSuchEntity", f"Policy {arn} was not found.", 404)


def not_attachable(arn: str) -> AwsError:
    """No managed policy that could be attached has this ARN."""
    return AwsError("NoSuchEntity", f"Policy {arn} does not exist or is not attachable.", 404)


def no_such_version(arn: str, version: str) -> AwsError:
    """A managed policy has no such version."""
    return AwsError("NoSuchEntity", f"Policy {arn} version {version} does not exist or is not attachable.", 404)


def exists(kind: str, name: str) -> AwsError:
    """Something of this kind has the name already."""
    return AwsError("EntityAlreadyExists", f"{kind} with name {name} already exists.", 409)


def policy_exists(name: str) -> AwsError:
    """A managed policy of this name exists."""
    text = f"A policy called {name} already exists. Duplicate names are not allowed."
    return AwsError("EntityAlreadyExists", text, 409)


def conflict(what: str) -> AwsError:
    """What is to be deleted still has something: `what` says how to be rid of it."""
    return AwsError("DeleteConflict", f"Cannot delete entity, must {what} first.", 409)


def limit(message: str) -> AwsError:
    """More than IAM's quota allows."""
    return AwsError("LimitExceeded", message, 409)


def malformed(error: PolicyError) -> AwsError:
    """A document that is no policy: IAM's words, then the place and what was expected there."""
    return refused_policy(MALFORMED.get(error.code, SYNTAX), error)


def refused_policy(text: str, error: PolicyError) -> AwsError:
    """A policy that IAM does not take: its sentence, then the place and what stands there."""
    where = f"{error.path}: " if error.path else ""
    place = f"line {error.line}, column {error.column}: {where}{error.problem}"
    return AwsError("MalformedPolicyDocument", f"{text} ({place})")


def exceeded(quota: str, most: int) -> AwsError:
    """One more than a quota allows, by the name that AWS gives it."""
    return limit(f"Cannot exceed quota for {quota}: {most}")


def constraint(at: str, must: str) -> AwsError:
    """A value that the model would refuse, could its constraint be read here."""
    return validation(f"1 validation error detected: Value at '{at}' failed to satisfy constraint: Member must {must}")
