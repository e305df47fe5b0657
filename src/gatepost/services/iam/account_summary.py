"""GetAccountSummary: how much an account's IAM holds, beside how much it may hold."""

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.policy.sizes import INLINE_CHARACTERS, MANAGED_CHARACTERS, TRUST_CHARACTERS
from gatepost.services.iam import quotas
from gatepost.services.needs import on_everything
from gatepost.store import access_keys, groups, managed_policies, oidc_providers, roles, users
from gatepost.store.transaction import Transaction

GLOBAL_ENDPOINT_TOKEN_VERSION = 1


@operation("iam", "GetAccountSummary", needs=on_everything)
def get_account_summary(call: Call, tx: Transaction) -> Shape:
    """Counts and quotas by AWS's names; of what is not served here there is none, and it has no quota."""
    account = call.caller.account
    return {
        "SummaryMap": {
            "Users": users.count_users(tx, account),
            "UsersQuota": quotas.USERS,
            "Groups": groups.count_groups(tx, account),
            "GroupsQuota": quotas.GROUPS,
            "Roles": roles.count_roles(tx, account),
            "RolesQuota": quotas.ROLES,
            "Policies": managed_policies.count_policies(tx, account),
            "PoliciesQuota": quotas.POLICIES,
            "PolicyVersionsInUse": managed_policies.count_versions(tx, account),
            "PolicyVersionsInUseQuota": quotas.POLICY_VERSIONS,
            "VersionsPerPolicyQuota": quotas.VERSIONS_A_POLICY,
            "PolicySizeQuota": MANAGED_CHARACTERS,
            "UserPolicySizeQuota": INLINE_CHARACTERS["user"],
            "GroupPolicySizeQuota": INLINE_CHARACTERS["group"],
            "RolePolicySizeQuota": INLINE_CHARACTERS["role"],
            "AssumeRolePolicySizeQuota": TRUST_CHARACTERS,
            "AttachedPoliciesPerUserQuota": quotas.ATTACHED_POLICIES["user"],
            "AttachedPoliciesPerGroupQuota": quotas.ATTACHED_POLICIES["group"],
            "AttachedPoliciesPerRoleQuota": quotas.ATTACHED_POLICIES["role"],
            "GroupsPerUserQuota": quotas.GROUPS_A_USER,
            "AccessKeysPerUserQuota": quotas.ACCESS_KEYS_A_USER,
            "AccountAccessKeysPresent": int(bool(access_keys.list_root_keys(tx, account))),
            "Providers": oidc_providers.count_providers(tx, account),
            "GlobalEndpointTokenVersion": GLOBAL_ENDPOINT_TOKEN_VERSION,
            **dict.fromkeys(
                (
                    "AccountMFAEnabled", "AccountPasswordPresent", "AccountSigningCertificatesPresent", "InstanceProfiles",
                    "MFADevices", "MFADevicesInUse", "ServerCertificates",
                ),
                0,
            ),
        }
    }  # fmt: skip
