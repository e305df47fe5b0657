"""Organizations' errors, worded as the service does.

Source: Organizations API Reference; texts as the service puts them on the wire where they were seen there, else the Reference's.
"""

from typing import Final

from gatepost.aws.errors import AwsError
from gatepost.policy.errors import PolicyError

MALFORMED: Final = "The provided policy document does not meet the requirements of the specified policy type."


# --- who calls ----------------------------------------------------------------------------------------------------------


def not_in_use() -> AwsError:
    """The caller's account is in no organization."""
    return AwsError("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")


def already_in_organization() -> AwsError:
    """The caller's account is in an organization."""
    return AwsError("AlreadyInOrganizationException", "The AWS account is already a member of an organization.")


def no_permission() -> AwsError:
    """It is for another account to call this: the management account, or the other side of a handshake."""
    return AwsError("AccessDeniedException", "You don't have permissions to access this resource.")


def master_cannot_leave() -> AwsError:
    """The management account does not leave."""
    text = "You can't remove the master account from the organization."
    return AwsError("MasterCannotLeaveOrganizationException", text)


def organization_not_empty() -> AwsError:
    """Other accounts than the management account are in the organization."""
    text = "To delete an organization, you must first remove all member accounts except the master account."
    return AwsError("OrganizationNotEmptyException", text)


# --- what is asked for --------------------------------------------------------------------------------------------------

NOT_FOUND: Final = {
    "AccountNotFoundException": "You specified an account that doesn't exist.",
    "ChildNotFoundException": "You specified a child that doesn't exist.",
    "CreateAccountStatusNotFoundException": "You specified a create account request that doesn't exist.",
    "DestinationParentNotFoundException": "You specified a destination parent that doesn't exist.",
    "HandshakeNotFoundException": "You specified a handshake that doesn't exist.",
    "OrganizationalUnitNotFoundException": "You specified an organizational unit that doesn't exist.",
    "ParentNotFoundException": "You specified a parent that doesn't exist.",
    "PolicyNotFoundException": "You specified a policy that doesn't exist.",
    "RootNotFoundException": "You specified a root that doesn't exist.",
    "SourceParentNotFoundException": "You specified a source parent that doesn't exist.",
    "TargetNotFoundException": "You specified a target that doesn't exist.",
}


def not_found(what: str) -> AwsError:
    """Nothing has the ID; `what` is the error's name without its ending (`Account`, `SourceParent`)."""
    code = f"{what}NotFoundException"
    return AwsError(code, NOT_FOUND[code])


def invalid_input(reason: str, message: str) -> AwsError:
    """A parameter that cannot be."""
    return AwsError("InvalidInputException", message, members={"Reason": reason})


def constraint(reason: str, message: str) -> AwsError:
    """A limit that would be passed."""
    return AwsError("ConstraintViolationException", message, members={"Reason": reason})


def invalid_next_token() -> AwsError:
    """A token that no earlier answer gave."""
    text = (
        "You specified an invalid value for nextToken. You must get the value from the response to a previous call to the API."
    )
    return invalid_input("INVALID_NEXT_TOKEN", text)


# --- tags ---------------------------------------------------------------------------------------------------------------


def duplicate_tag_key() -> AwsError:
    """One key is given twice."""
    return invalid_input("DUPLICATE_TAG_KEY", "Your request includes duplicate tag keys.")


def system_tag() -> AwsError:
    """The key is one of AWS's own."""
    text = "You specified a tag key that is a system tag. System tag keys are reserved for AWS use."
    return invalid_input("INVALID_SYSTEM_TAGS_PARAMETER", text)


def too_many_tags() -> AwsError:
    """The resource would have more tags than it may have."""
    return constraint("MAX_TAG_LIMIT_EXCEEDED", "You have exceeded the number of tags allowed on this resource.")


def not_taggable() -> AwsError:
    """The resource takes no tags."""
    return invalid_input("TARGET_NOT_SUPPORTED", "You specified a target that is not currently supported.")


# --- units and accounts -------------------------------------------------------------------------------------------------


def duplicate_unit() -> AwsError:
    """The parent has a unit of this name."""
    return AwsError("DuplicateOrganizationalUnitException", "An OU with the same name already exists.")


def unit_not_empty() -> AwsError:
    """The unit holds accounts or units."""
    return AwsError("OrganizationalUnitNotEmptyException", "The specified organizational unit is not empty.")


def too_deep() -> AwsError:
    """Units nest five deep at most."""
    return constraint("OU_DEPTH_LIMIT_EXCEEDED", "You have exceeded the allowed depth of organizational units.")


def duplicate_account() -> AwsError:
    """The account is where it is to be moved."""
    text = "The specified account is already present in the specified destination."
    return AwsError("DuplicateAccountException", text)


def reserved_role(prefix: str) -> AwsError:
    """The access role is named as AWS names its own."""
    text = f"You provided a role name that isn't valid. A role name can't begin with the reserved prefix {prefix}."
    return invalid_input("INVALID_ROLE_NAME", text)


# --- policies -----------------------------------------------------------------------------------------------------------


def type_not_available() -> AwsError:
    """The organization has not all features, or it is a type that is not served."""
    text = "You can't use the specified policy type with the feature set currently enabled for this organization."
    return AwsError("PolicyTypeNotAvailableForOrganizationException", text)


def type_already_enabled() -> AwsError:
    """The root has the type enabled."""
    return AwsError("PolicyTypeAlreadyEnabledException", "The specified policy type is already enabled.")


def type_not_enabled() -> AwsError:
    """The root does not have the type enabled."""
    return AwsError("PolicyTypeNotEnabledException", "This operation can be performed only for enabled policy types.")


def malformed(problem: str) -> AwsError:
    """A document that is no policy of its type: AWS's words, then what is wrong."""
    return AwsError("MalformedPolicyDocumentException", f"{MALFORMED} ({problem})")


def unreadable(error: PolicyError) -> AwsError:
    """A document that our reader refuses, with the place and what was expected there."""
    where = f"{error.path}: " if error.path else ""
    return malformed(f"line {error.line}, column {error.column}: {where}{error.problem}")


def policy_too_large(most: int) -> AwsError:
    """The document has more characters than its type may have, white space counted."""
    text = f"You have exceeded the maximum size of a policy document: {most} characters."
    return constraint("POLICY_CONTENT_LIMIT_EXCEEDED", text)


def duplicate_policy() -> AwsError:
    """The organization has a policy of this name and type."""
    return AwsError("DuplicatePolicyException", "A policy with the specified name and type already exists.")


def immutable_policy() -> AwsError:
    """AWS's own policies stay as they are."""
    return invalid_input("IMMUTABLE_POLICY", "You specified a policy that is managed by AWS and can't be modified.")


def policy_in_use() -> AwsError:
    """The policy is attached somewhere."""
    return AwsError("PolicyInUseException", "The specified policy is in use and cannot be deleted.")


def duplicate_attachment() -> AwsError:
    """The policy is attached to the target."""
    text = "A policy with the specified name and type is already attached to the specified target."
    return AwsError("DuplicatePolicyAttachmentException", text)


def not_attached() -> AwsError:
    """The policy is not attached to the target."""
    return AwsError("PolicyNotAttachedException", "The specified policy is not attached to the specified target.")


def too_many_attached() -> AwsError:
    """The target has as many policies of the type as it may have."""
    text = "You have attached the maximum number of policies to the specified target."
    return constraint("MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", text)


def last_attached() -> AwsError:
    """Every target keeps one service control policy."""
    text = (
        "You cannot remove the last policy attached to the specified target. You must have at least one attached at all times."
    )
    return constraint("MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", text)


def not_detachable() -> AwsError:
    """RCPFullAWSAccess stays attached everywhere."""
    return invalid_input("NON_DETACHABLE_POLICY", "You can't detach this AWS managed policy.")


# --- handshakes ---------------------------------------------------------------------------------------------------------


def handshake_constraint(reason: str, message: str) -> AwsError:
    """What a handshake cannot be sent for."""
    return AwsError("HandshakeConstraintViolationException", message, members={"Reason": reason})


def already_a_member() -> AwsError:
    """The account is in an organization."""
    return handshake_constraint("ALREADY_IN_AN_ORGANIZATION", "The AWS account is already a member of an organization.")


def already_all_features() -> AwsError:
    """There is nothing more to enable."""
    text = "All features are already enabled on this organization."
    return handshake_constraint("ORGANIZATION_ALREADY_HAS_ALL_FEATURES", text)


def already_enabling() -> AwsError:
    """The members are being asked already."""
    text = "The organization has already started the process to enable all features."
    return handshake_constraint("ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION", text)


def invitations_disabled() -> AwsError:
    """Nobody is invited while the members are being asked."""
    text = "You can't issue new invitations while the organization is in the process of enabling all features."
    return handshake_constraint("INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES", text)


def invalid_party_type() -> AwsError:
    """It is no account and no address that is invited."""
    text = "You specified an invalid party type as the target parameter."
    return invalid_input("INVALID_PARTY_TYPE_TARGET", text)


def invalid_party_account() -> AwsError:
    """It is no account's ID."""
    return invalid_input("INVALID_PATTERN", "You provided a value that does not match the required pattern.")


def unknown_party_account() -> AwsError:
    """No account has the ID. What AWS says then is not documented: the operation has no error for it."""
    return invalid_input("INVALID_PATTERN", "You specified an account that doesn't exist.")


def invalid_party_email() -> AwsError:
    """It is no address."""
    text = "You specified an invalid email address for the invited account owner."
    return invalid_input("INVALID_EMAIL_ADDRESS_TARGET", text)


def too_many_filters() -> AwsError:
    """A list is filtered by one thing at a time."""
    return invalid_input("MAX_LIMIT_EXCEEDED_FILTER", "You specified too many filter parameters.")


def duplicate_handshake() -> AwsError:
    """The same is asked of the same party already."""
    text = "A handshake with the specified type and parameters already exists for the given parties."
    return AwsError("DuplicateHandshakeException", text)


def already_in_state() -> AwsError:
    """The handshake was answered so before."""
    return AwsError("HandshakeAlreadyInStateException", "The handshake is already in the requested state.")


def invalid_transition() -> AwsError:
    """The handshake was answered otherwise, has expired, or waits for others."""
    text = (
        "You cannot perform this operation on a handshake in its current state, such as attempting to cancel a handshake that "
        "was previously accepted or attempting to accept a handshake that was declined."
    )
    return AwsError("InvalidHandshakeTransitionException", text)
