"""Service and resource control policies: made, changed, listed."""

from dataclasses import replace

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.organizations import errors
from gatepost.services.organizations.audit import about
from gatepost.services.organizations.documents import check_document, put_document
from gatepost.services.organizations.ids import new_policy_id
from gatepost.services.organizations.membership import managed_organization
from gatepost.services.organizations.needs import on, on_nothing_else, tagging
from gatepost.services.organizations.pages import page
from gatepost.services.organizations.roots import available_type
from gatepost.services.organizations.tagging import Tags, new_tags
from gatepost.store.organizations import attachments, control_policies
from gatepost.store.organizations.control_policies import ControlPolicy, control_policy_arn
from gatepost.store.organizations.organization import ControlPolicyType, Organization
from gatepost.store.organizations.tags import tag
from gatepost.store.transaction import Transaction


@operation("organizations", "CreatePolicy", needs=tagging(on_nothing_else, "policy"), document=put_document)
def create_policy(
    call: Call, tx: Transaction, *, content: str, description: str, name: str, type: str, tags: Tags = ()  # noqa: A002 -- the member's name
) -> Shape:  # fmt: skip
    """A new policy, attached to nothing; its type need not be enabled yet."""
    organization = managed_organization(call, tx)
    type_ = available_type(organization, type)
    tagged = new_tags(tags)
    check_document(content, type_)
    _check_name(tx, organization, type_, name)
    policy_id = new_policy_id()
    arn = control_policy_arn(organization, type_, policy_id)
    policy = ControlPolicy(policy_id, arn, type_, name, description, content)
    control_policies.create_control_policy(tx, organization, policy, call.now)
    tag(tx, organization, policy.id, tagged)
    return {"Policy": {"PolicySummary": summary(policy), "Content": content}}


@operation("organizations", "UpdatePolicy", needs=on("PolicyId"), resources=about("PolicyId"), document=put_document)
def update_policy(
    call: Call,
    tx: Transaction,
    *,
    policy_id: str,
    name: str | None = None,
    description: str | None = None,
    content: str | None = None,
) -> Shape:
    """Another name, description or document; it counts at once. Of name and description AWS answers only what was given."""
    organization = managed_organization(call, tx)
    policy = _own(tx, organization, policy_id)
    if name is not None and name != policy.name:
        _check_name(tx, organization, policy.type, name)
    if content is not None:
        check_document(content, policy.type)
    changed = replace(
        policy,
        name=name or policy.name,
        description=description or policy.description,  # an empty one is answered but not kept, as on AWS
        document=content or policy.document,
    )
    control_policies.update_control_policy(tx, organization, changed)
    told = {**summary(changed), "Name": name, "Description": description}
    return {"Policy": {"PolicySummary": told, "Content": changed.document}}


@operation("organizations", "DeletePolicy", needs=on("PolicyId"), resources=about("PolicyId"))
def delete_policy(call: Call, tx: Transaction, *, policy_id: str) -> Shape:
    """Delete a policy that is attached nowhere."""
    organization = managed_organization(call, tx)
    policy = _own(tx, organization, policy_id)
    if attachments.targets_of(tx, organization, policy.id):
        raise errors.policy_in_use()
    control_policies.delete_control_policy(tx, organization, policy)
    return {}


@operation("organizations", "DescribePolicy", needs=on("PolicyId"), resources=about("PolicyId"))
def describe_policy(call: Call, tx: Transaction, *, policy_id: str) -> Shape:
    """A policy with its document."""
    policy = found_policy(tx, managed_organization(call, tx), policy_id)
    return {"Policy": {"PolicySummary": summary(policy), "Content": policy.document}}


@operation("organizations", "ListPolicies", needs=on_nothing_else)
def list_policies(
    call: Call,
    tx: Transaction,
    *,
    filter: str,  # noqa: A002 -- the member's name
    next_token: str | None = None,
    max_results: int | None = None,
) -> Shape:
    """The policies of a type; of the types that are not served there are none."""
    organization = managed_organization(call, tx)
    type_ = served_type(filter)
    known = () if type_ is None else control_policies.list_control_policies(tx, organization, type_)
    listed, token = page(known, next_token, max_results)
    return {"Policies": [summary(each) for each in listed], "NextToken": token}


def served_type(name: str) -> ControlPolicyType | None:
    """The type of a name that the API knows; None where it is not served."""
    return ControlPolicyType(name) if name in {each.value for each in ControlPolicyType} else None


def found_policy(tx: Transaction, organization: Organization, policy_id: str) -> ControlPolicy:
    """The policy of an ID; `PolicyNotFoundException` where there is none."""
    policy = control_policies.get_control_policy(tx, organization, policy_id)
    if policy is None:
        raise errors.not_found("Policy")
    return policy


def summary(policy: ControlPolicy) -> Shape:
    """A policy as the API answers it, without its document."""
    return {
        "Id": policy.id,
        "Arn": policy.arn,
        "Name": policy.name,
        "Description": policy.description,
        "Type": policy.type.value,
        "AwsManaged": policy.aws_managed,
    }


def _own(tx: Transaction, organization: Organization, policy_id: str) -> ControlPolicy:
    """A policy that the organization may change."""
    policy = found_policy(tx, organization, policy_id)
    if policy.aws_managed:
        raise errors.immutable_policy()
    return policy


def _check_name(tx: Transaction, organization: Organization, type_: ControlPolicyType, name: str) -> None:
    if any(each.name == name for each in control_policies.list_control_policies(tx, organization, type_)):
        raise errors.duplicate_policy()
