"""IAM's quotas: AWS's defaults, which nothing here can raise.

Source: IAM User Guide, "IAM and AWS STS quotas"; GetAccountSummary as the service answers it.
"""

from typing import Final

USERS: Final = 5000
GROUPS: Final = 300
ROLES: Final = 1000
POLICIES: Final = 1500
OIDC_PROVIDERS: Final = 100
POLICY_VERSIONS: Final = 10000  # of an account's policies together
VERSIONS_A_POLICY: Final = 5
ATTACHED_POLICIES: Final = {"user": 10, "group": 10, "role": 10}
GROUPS_A_USER: Final = 10
ACCESS_KEYS_A_USER: Final = 2
TAGS: Final = 50
CLIENT_IDS_A_PROVIDER: Final = 100
THUMBPRINTS_A_PROVIDER: Final = 5
