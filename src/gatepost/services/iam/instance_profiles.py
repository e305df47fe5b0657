"""Instance profiles, of which there are none: they belong to EC2, and nothing here makes one.

Tools ask for a role's before they delete it (Terraform, the guides to `aws iam delete-role`).
"""

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.iam import roles
from gatepost.services.iam.naming import about, on_entity
from gatepost.store.transaction import Transaction


@operation("iam", "ListInstanceProfilesForRole", needs=on_entity("role"), resources=about("role"), no_effect=("MaxItems",))
def list_instance_profiles_for_role(call: Call, tx: Transaction, *, role_name: str) -> Shape:
    """The instance profiles of a role that exists: none."""
    roles.found(call, tx, role_name)
    return {"InstanceProfiles": [], "IsTruncated": False}
