"""What a call is about, for the audit log: CloudFormation's types and the names that the call gives."""

from collections.abc import Callable, Iterable

from gatepost.aws.call import Call

Resources = Callable[[Call], Iterable[tuple[str, str]]]
EMAIL_IDENTITY = "AWS::SES::EmailIdentity"
CONFIGURATION_SET = "AWS::SES::ConfigurationSet"


def on_named_identity(member: str) -> Resources:
    """The identity that a member of the input names."""
    return lambda call: [(EMAIL_IDENTITY, str(call.input[member]))] if member in call.input else []


def on_named_configuration_set(member: str = "ConfigurationSetName") -> Resources:
    """The configuration set that a member of the input names."""
    return lambda call: [(CONFIGURATION_SET, str(call.input[member]))] if member in call.input else []
