"""How large a policy may be, and how that is counted.

Source: IAM User Guide, "IAM and AWS STS quotas"; SES Developer Guide, "Identity authorization policies".
"""

from typing import Final

# Characters without white space.
INLINE_CHARACTERS: Final = {"user": 2048, "group": 5120, "role": 10240}  # of all of an owner's together
MANAGED_CHARACTERS: Final = 6144
TRUST_CHARACTERS: Final = 2048
# Bytes of the document as it is put.
IDENTITY_POLICY_BYTES: Final = 4096
SPACE: Final = str.maketrans("", "", " \t\r\n")


def size_of(document: str) -> int:
    """A document's size as IAM's quotas count it: characters without white space."""
    return len(document.translate(SPACE))
