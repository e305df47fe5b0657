"""The credentials of users that nothing here makes: passwords, second factors, SSH keys, certificates, passwords of services.

Tools look for them before they delete a user (Terraform's `force_destroy`, the guides to `aws iam delete-user`); there are none.
"""

from typing import Final

from gatepost.aws.call import Call, Shape
from gatepost.aws.errors import AwsError
from gatepost.aws.operation import operation
from gatepost.services.iam import users
from gatepost.services.iam.naming import about, on_entity
from gatepost.services.needs import on_everything
from gatepost.store.transaction import Transaction

WITH_PASSWORDS: Final = ("bedrock.amazonaws.com", "cassandra.amazonaws.com", "codecommit.amazonaws.com")


@operation("iam", "GetLoginProfile", needs=on_entity("user"), resources=about("user"))
def get_login_profile(call: Call, tx: Transaction, *, user_name: str | None = None) -> Shape:
    """A user's password: there is none."""
    raise _no_password(call, tx, user_name)


@operation("iam", "DeleteLoginProfile", needs=on_entity("user"), resources=about("user"))
def delete_login_profile(call: Call, tx: Transaction, *, user_name: str | None = None) -> Shape:
    """Delete a user's password: there is none."""
    raise _no_password(call, tx, user_name)


@operation("iam", "ListMFADevices", needs=on_entity("user"), resources=about("user"), no_effect=("MaxItems",))
def list_mfa_devices(call: Call, tx: Transaction, *, user_name: str | None = None) -> Shape:
    """A user's second factors: none."""
    return _none(call, tx, user_name, "MFADevices")


@operation("iam", "ListVirtualMFADevices", needs=on_everything, no_effect=("AssignmentStatus", "MaxItems"))
def list_virtual_mfa_devices(call: Call, tx: Transaction) -> Shape:  # noqa: ARG001 -- the form of every handler
    """The account's virtual second factors: none."""
    return {"VirtualMFADevices": [], "IsTruncated": False}


@operation("iam", "ListSSHPublicKeys", needs=on_entity("user"), resources=about("user"), no_effect=("MaxItems",))
def list_ssh_public_keys(call: Call, tx: Transaction, *, user_name: str | None = None) -> Shape:
    """A user's SSH keys: none."""
    return _none(call, tx, user_name, "SSHPublicKeys")


@operation("iam", "ListSigningCertificates", needs=on_entity("user"), resources=about("user"), no_effect=("MaxItems",))
def list_signing_certificates(call: Call, tx: Transaction, *, user_name: str | None = None) -> Shape:
    """A user's certificates: none."""
    return _none(call, tx, user_name, "Certificates")


@operation(
    "iam",
    "ListServiceSpecificCredentials",
    needs=on_entity("user"),
    resources=about("user"),
    no_effect=("AllUsers", "MaxItems"),
)
def list_service_specific_credentials(
    call: Call, tx: Transaction, *, user_name: str | None = None, service_name: str | None = None
) -> Shape:
    """A user's passwords of single services: none."""
    if service_name is not None and service_name not in WITH_PASSWORDS:
        text = f"No such service {service_name} is supported for Service Specific Credentials"
        raise AwsError("NoSuchEntity", text, 404)
    return _none(call, tx, user_name, "ServiceSpecificCredentials")


def _none(call: Call, tx: Transaction, user_name: str | None, what: str) -> Shape:
    """An empty list, for a user who exists or the root user."""
    _existing(call, tx, user_name)
    return {what: [], "IsTruncated": False}


def _no_password(call: Call, tx: Transaction, user_name: str | None) -> AwsError:
    name = _existing(call, tx, user_name)
    return AwsError("NoSuchEntity", f"Login Profile for User {name or 'root'} cannot be found.", 404)


def _existing(call: Call, tx: Transaction, user_name: str | None) -> str | None:
    """The name of a user who exists, None for the root user."""
    name = user_name or users.named_or_root(call)
    return None if name is None else users.found(call, tx, name).name
