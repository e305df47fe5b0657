"""Fields that may stand once in a header.

Source: SES Developer Guide, "Amazon SES header fields"; RFC 5322, section 3.6.
"""

from typing import Final

ONCE: Final = frozenset(
    (
        "from", "to", "cc", "bcc", "subject", "date", "message-id", "sender", "reply-to", "in-reply-to", "references",
        "mime-version", "content-type", "content-transfer-encoding", "content-disposition", "content-id", "content-description",
        "return-path", "x-ses-configuration-set",
    )
)  # fmt: skip
