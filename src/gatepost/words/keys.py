"""What condition keys mean, in words.

Source: IAM User Guide, "AWS global condition context keys"; SES Developer Guide, "Identity policies".
"""

from dataclasses import dataclass
from typing import Final

from gatepost.policy.catalogue import is_multivalued, is_single_valued, spelled
from gatepost.policy.timetable import CURRENT_TIME, EPOCH_TIME

# Keys that every request carries.
ALWAYS_THERE: Final = frozenset((CURRENT_TIME, EPOCH_TIME, "aws:securetransport"))
PHRASES: Final = {
    "ses:fromaddress": "the From address",
    "ses:feedbackaddress": "the return path",
    "ses:fromdisplayname": "the From display name",
    "ses:recipients": "recipient",
    "ses:apiversion": "the version of the SES API",
    "ses:multiregionendpointid": "the multi-region endpoint",
    "ses:tenantname": "the tenant",
    "aws:currenttime": "the time",
    "aws:epochtime": "the time in seconds since 1970",
    "aws:sourceip": "the caller's IP address",
    "aws:vpcsourceip": "the caller's IP address within its VPC",
    "aws:sourcevpc": "the VPC from which the call comes",
    "aws:sourcevpce": "the VPC endpoint through which the call comes",
    "aws:useragent": "the client's name for itself",
    "aws:referer": "the referring page that the client names",
    "aws:securetransport": "the connection's TLS",
    "aws:username": "the caller's own user name",
    "aws:userid": "the caller's unique ID",
    "aws:principalarn": "the caller's ARN",
    "aws:principalaccount": "the caller's account",
    "aws:principalorgid": "the caller's organization",
    "aws:principalorgpaths": "path in the caller's organization",
    "aws:principaltype": "the caller's kind",
    "aws:principalisawsservice": "whether the caller is an AWS service",
    "aws:principalservicename": "the calling service",
    "aws:principalservicenameslist": "name of the calling service",
    "aws:multifactorauthpresent": "whether the caller signed in with a second factor",
    "aws:multifactorauthage": "the seconds since the caller signed in with a second factor",
    "aws:tokenissuetime": "the time at which the caller's credentials were issued",
    "aws:federatedprovider": "the identity provider that vouches for the caller",
    "aws:sourceidentity": "the identity behind the caller's session",
    "aws:requestedregion": "the region called",
    "aws:resourceaccount": "the resource's account",
    "aws:resourceorgid": "the resource's organization",
    "aws:resourceorgpaths": "path in the resource's organization",
    "aws:sourceaccount": "the account for which a service calls",
    "aws:sourcearn": "the ARN of that for which a service calls",
    "aws:sourceorgid": "the organization for which a service calls",
    "aws:sourceorgpaths": "path in the organization for which a service calls",
    "aws:viaawsservice": "whether an AWS service calls on somebody's behalf",
    "aws:calledvia": "service on the way of the call",
    "aws:tagkeys": "tag key in the call",
}  # fmt: skip
TAGS: Final = {
    "aws:principaltag/": "the caller's tag {}",
    "aws:requesttag/": "the tag {} in the call",
    "aws:resourcetag/": "the resource's tag {}",
}
# What a boolean key says where it is true, and where it is false.
BOOLEANS: Final = {
    "aws:securetransport": ("the call comes over TLS", "the call comes without TLS"),
    "aws:multifactorauthpresent": ("the caller signed in with a second factor", "the caller signed in without a second factor"),
    "aws:viaawsservice": ("an AWS service calls on somebody's behalf", "the caller itself calls"),
    "aws:principalisawsservice": ("the caller is an AWS service", "the caller is no AWS service"),
}


@dataclass(frozen=True, slots=True)
class KeyWords:
    """A key in words: `one` is a value of it (`the From address`, `recipient`); `name` is the key as AWS writes it."""

    name: str
    one: str
    takes_many: bool
    takes_one: bool

    @property
    def always_there(self) -> bool:
        """Whether every request carries it."""
        return self.name.lower() in ALWAYS_THERE

    @property
    def subject(self) -> str:
        """A single value and the key: `the From address (ses:FromAddress)`."""
        return self.one if self.one.endswith(self.name) else f"{self.one} ({self.name})"


def key_words(key: str) -> KeyWords:
    """A key as it is written in a policy, in words."""
    lower = key.lower()
    name = spelled(lower) if spelled(lower) != lower else key
    return KeyWords(name, _phrase(lower, name), is_multivalued(lower), is_single_valued(lower))


def _phrase(lower: str, name: str) -> str:
    if lower in PHRASES:
        return PHRASES[lower]
    for prefix, phrase in TAGS.items():
        if lower.startswith(prefix):
            return phrase.format(name[len(prefix) :])
    return "value" if is_multivalued(lower) else f"the value of {name}"
