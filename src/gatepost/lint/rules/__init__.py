"""The rules, one module a family. Importing this room declares every one of them."""

from typing import Final

from gatepost.lint.rule import RULES
from gatepost.lint.rules import (
    action_keys,
    actions,
    addresses,
    arn_scopes,
    condition_key_worth,
    condition_keys,
    condition_operators,
    condition_values,
    control_policies,
    empty_elements,
    escalation,
    json_syntax,
    policy_elements,
    principals,
    redundancy,
    resource_scope,
    resources,
    service_principals,
    service_roles,
    sizes,
    statement_elements,
    trust_policies,
    vacuous_conditions,
    variables,
    web_identity,
)

__all__ = [
    "ALL",
    "action_keys",
    "actions",
    "addresses",
    "arn_scopes",
    "condition_key_worth",
    "condition_keys",
    "condition_operators",
    "condition_values",
    "control_policies",
    "empty_elements",
    "escalation",
    "json_syntax",
    "policy_elements",
    "principals",
    "redundancy",
    "resource_scope",
    "resources",
    "service_principals",
    "service_roles",
    "sizes",
    "statement_elements",
    "trust_policies",
    "vacuous_conditions",
    "variables",
    "web_identity",
]

ALL: Final = tuple(RULES.values())
