"""GetContextKeysForCustomPolicy and GetContextKeysForPrincipalPolicy: which keys policies ask for.

Source: IAM API Reference.
"""

from collections.abc import Sequence
from typing import Final

from gatepost.aws.call import Call
from gatepost.aws.operation import operation
from gatepost.aws.question import Question
from gatepost.services.iam import errors, simulated_principals
from gatepost.services.iam.evaluation import AskedKeys, context_keys
from gatepost.services.iam.naming import on_arn
from gatepost.services.iam.simulation_limits import check_documents
from gatepost.services.needs import on_everything
from gatepost.store.transaction import Transaction


def _is_light(asked: AskedKeys) -> bool:
    return asked.is_light


KEYS: Final = Question(context_keys, errors.not_evaluated, _is_light)


@operation("iam", "GetContextKeysForCustomPolicy", needs=on_everything, question=KEYS)
def get_context_keys_for_custom_policy(
    call: Call,  # noqa: ARG001 -- the form of every handler
    tx: Transaction,  # noqa: ARG001 -- the same
    *,
    policy_input_list: Sequence[str],
) -> AskedKeys:
    """The policies given."""
    check_documents(policy_input_list)
    return AskedKeys((), tuple(policy_input_list))


@operation("iam", "GetContextKeysForPrincipalPolicy", needs=on_arn("PolicySourceArn"), question=KEYS)
def get_context_keys_for_principal_policy(
    call: Call, tx: Transaction, *, policy_source_arn: str, policy_input_list: Sequence[str] = ()
) -> AskedKeys:
    """What is attached to a user (with its groups), a group or a role, its boundary, and the policies given."""
    check_documents(policy_input_list)
    source = simulated_principals.source(call, tx, policy_source_arn)
    boundary = () if source.boundary is None else source.boundary.attached
    return AskedKeys((*source.attached, *boundary), tuple(policy_input_list))
