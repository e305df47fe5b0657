"""GetContextKeysForCustomPolicy and GetContextKeysForPrincipalPolicy: which keys policies ask for.

Source: IAM API Reference. Keys of conditions and of variables are told as they are written, each once, in their order.
"""

from collections.abc import Iterable, Sequence

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.policy.decide import AttachedPolicy, Layer
from gatepost.policy.explain import keys_of
from gatepost.services.iam import simulated_principals
from gatepost.services.iam.naming import on_arn
from gatepost.services.iam.simulation import read_given
from gatepost.services.needs import on_everything
from gatepost.store.transaction import Transaction


@operation("iam", "GetContextKeysForCustomPolicy", needs=on_everything)
def get_context_keys_for_custom_policy(
    call: Call,  # noqa: ARG001 -- the form of every handler
    tx: Transaction,  # noqa: ARG001 -- the same
    *,
    policy_input_list: Sequence[str],
) -> Shape:
    """The keys of the policies given."""
    return _keys(Layer(read_given(policy_input_list)))


@operation("iam", "GetContextKeysForPrincipalPolicy", needs=on_arn("PolicySourceArn"))
def get_context_keys_for_principal_policy(
    call: Call, tx: Transaction, *, policy_source_arn: str, policy_input_list: Sequence[str] = ()
) -> Shape:
    """The keys of what is attached to a user (with its groups), a group or a role, its boundary, and the policies given."""
    source = simulated_principals.source(call, tx, policy_source_arn)
    boundary: Iterable[AttachedPolicy] = () if source.boundary is None else source.boundary.attached
    return _keys(Layer((*source.attached, *boundary, *read_given(policy_input_list))))


def _keys(layer: Layer) -> Shape:
    found: dict[str, str] = {}
    for rule in layer.rules:
        for key in keys_of(rule):
            found.setdefault(key.lower(), key)
    return {"ContextKeyNames": list(found.values())}
