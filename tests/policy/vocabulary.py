"""The few names and values that random cases are made of: few, so that they meet often; odd ones, so that they hurt."""

from typing import Final

OURS, THEIRS = "111122223333", "444455556666"
ACCOUNTS: Final = (OURS, OURS, THEIRS)
CALLERS: Final = {
    "user": (f"arn:aws:iam::{OURS}:user/alice", f"arn:aws:iam::{OURS}:user/team/bob", f"arn:aws:iam::{THEIRS}:user/eve"),
    "root": (f"arn:aws:iam::{OURS}:root", f"arn:aws:iam::{THEIRS}:root"),
    "role": (f"arn:aws:iam::{OURS}:role/team/Mailer", f"arn:aws:iam::{THEIRS}:role/Mailer"),
    "session": (
        f"arn:aws:sts::{OURS}:assumed-role/Mailer/run1",
        f"arn:aws:sts::{OURS}:assumed-role/Mailer/run2",
        f"arn:aws:sts::{THEIRS}:assumed-role/Mailer/run1",
    ),
    "federated": (f"arn:aws:sts::{OURS}:federated-user/frank", f"arn:aws:sts::{THEIRS}:federated-user/frank"),
    "service": ("cognito-idp.amazonaws.com", "ses.amazonaws.com"),
    "anonymous": ("*",),
}
KINDS: Final = ("user", "user", "user", "session", "session", "role", "federated", "root", "service", "anonymous")
ROLES: Final = (
    f"arn:aws:iam::{OURS}:role/team/Mailer",
    f"arn:aws:iam::{OURS}:role/Mailer",
    f"arn:aws:iam::{THEIRS}:role/Mailer",
)
NAMED: Final = (
    *(caller for kind in ("user", "role", "session", "federated") for caller in CALLERS[kind]), *ROLES,
    *(form.format(account) for account in ACCOUNTS for form in ("{}", "arn:aws:iam::{}:root")),
    f"arn:aws:iam::{OURS}:user/Alice", f"arn:aws:iam::{OURS}:user/bob", f"arn:aws:sts::{OURS}:assumed-role/Mailer/run3",
)  # fmt: skip

# What is asked. The services are weighted; the patterns of each go with its actions.
SERVICES: Final = {"ses:": 85, "sts:": 12, "kms:": 3}
SES: Final = f"arn:aws:ses:us-east-1:{OURS}:"
ACTIONS: Final = (*("ses:SendEmail",) * 5, *("ses:SendRawEmail",) * 2, "SES:sendEmail", "ses:GetSendQuota", "iam:GetUser")
RESOURCES: Final = (
    *(f"{SES}identity/example.com",) * 4, f"{SES}identity/alice", f"{SES}configuration-set/a:b",
    f"arn:aws:ses:us-east-1:{THEIRS}:identity/example.com", "*", "arn:aws:s3:::bucket/alice",
)  # fmt: skip
STS_ACTIONS: Final = ("sts:AssumeRole", "sts:AssumeRole", "sts:TagSession")
KMS_QUESTIONS: Final = (("kms:Decrypt", f"arn:aws:kms:us-east-1:{OURS}:key/1"), ("kms:ListKeys", "*"))
ACTION_PATTERNS: Final = {
    "ses:": ("ses:SendEmail", "ses:SendEmail", "SES:SENDEMAIL", "ses:Send*", "ses:*", "*", "ses:Send?mail", "ses:*Email", "ses:?*Raw*"),
    "sts:": ("sts:AssumeRole", "sts:*", "sts:Assume*", "*", "STS:assumerole"),
    "kms:": ("kms:Decrypt", "kms:*", "*"),
}  # fmt: skip
OTHER_PATTERNS: Final = ("iam:*", "ses:SendRawEmail", "ses:Get*", "iam:GetUser", "s3:*")
LISTED_RESOURCES: Final = (
    f"{SES}identity/example.com", f"{SES}identity/example.com", f"{SES}*", f"{SES}identity/*", "arn:aws:ses:*",
    "arn:*:ses:*:*:identity/example.???", f"{SES}identity/${{aws:username}}", f"{SES}identity/${{aws:PrincipalTag/team, 'alice'}}",
    f"{SES}identity/Example.com", f"arn:aws:ses:us-*-1:{OURS}:*/*", "arn:aws:s3:::bucket/${aws:username}", "arn:aws:s3:::*",
    f"{SES}*${{*}}", f"arn:aws:ses:us-east-1:{THEIRS}:identity/*", "arn:aws:ses:us-east-1:${custom:text}:identity/*",
)  # fmt: skip
RESOURCE_PATTERNS: Final = (*("*",) * 6, *LISTED_RESOURCES)

# Condition keys by what they hold; what requests carry and what policies want of each.
KEYS: Final = {
    "String": ("ses:FromAddress", "ses:FromDisplayName", "aws:username", "aws:PrincipalTag/team", "aws:RequestTag/team", "custom:text"),
    "Numeric": ("aws:MultiFactorAuthAge", "aws:EpochTime", "custom:count"),
    "Date": ("aws:CurrentTime", "aws:TokenIssueTime", "aws:EpochTime"),
    "Bool": ("aws:SecureTransport", "aws:MultiFactorAuthPresent"),
    "IpAddress": ("aws:SourceIp", "aws:VpcSourceIp"),
    "Arn": ("aws:PrincipalArn", "aws:SourceArn"),
    "Binary": ("custom:blob",),
    "Multi": ("ses:Recipients", "aws:TagKeys", "aws:CalledVia", "custom:list"),
}  # fmt: skip
KIND_OF_KEY: Final = {key: kind for kind, keys in KEYS.items() for key in keys}
TEXTS: Final = (
    "alice", "Alice", "news", "a@example.net", "b@example.net", "x@evil.example", "*", "${aws:username}", "", "10", "true",
    "\u00dcN\u00cf", "STRASSE", OURS,
)  # fmt: skip
BLOBS: Final = ("QmluYXJ5", "AQ==", "AR==", "A", "")
GIVEN: Final = {
    "String": TEXTS,
    "Multi": TEXTS,
    "Numeric": (
        "9", "10", "10.0", "10.5", "-1", "010", 10, 9.5, "soon", "", "1672531200", "1e1", " 10", "+10", ".5", "5.", "\uff11\uff10",
    ),
    "Date": (
        "2023-01-15T12:00:00Z", "2023-01-15T13:00:00+01:00", "2023-01-15T12:00:00.5Z", "2023-01-15", "2023", "2023-01", "1673784000",
        1673784000, "2022-12-31T23:59Z", "soon", "", "2023-02-30", "2023-01-15T12:00:00", "1673784000.5", "10", "-5", 1673784000.5,
        "2023-01-15T12:00:00.000000001Z",
    ),
    "Bool": ("true", "false", True, False, "True", "yes", ""),
    "IpAddress": (
        "10.0.0.1", "10.1.2.3", "203.0.113.7", "192.168.3.4", "2001:db8::1", "2001:DB8:0:0:0:0:0:1", "::1", "home", "", "10.0.0.0/8",
        "::ffff:10.0.0.1", "010.0.0.1", "1::2::3", "::10.0.0.1", "2001:db8::1:2:3:4:5:6", "12345::",
    ),
    "Arn": (
        f"arn:aws:iam::{OURS}:user/alice", f"arn:aws:sns:us-east-1:{OURS}:topic:alice", f"arn:aws:iam::{THEIRS}:user/eve", "alice", "",
        f"arn:aws:iam::{OURS}:user/*", f"arn:aws:iam::{OURS}", f"arn:aws:sns:us-east-1:9:store/abc:{OURS}:topic:alice",
    ),
    "Binary": BLOBS,
}  # fmt: skip
WANTED: Final = {
    "String": (
        "alice", "ALICE", "news", "a@example.net", "*@example.net", "?@*", "*", "a*e*", "${aws:username}", "${aws:PrincipalTag/team}*",
        "${AWS:USERNAME, 'news'}", "${aws:PrincipalTag/team, 'a*'}", "${*}", "${$}{aws:username}", "${?}@example.net", "",
        "${aws:TagKeys}", "${custom:list, 'alice'}", "*${aws:username}@*", "10", True, "x@evil.example", "b@example.net",
        "${aws:tagkeys, 'news'}", "ali*ice", "al*ce", "*?", "*a*b*e*", "${custom:nothing, ''}", "\u00fcn\u00ef", "stra\u00dfe",
    ),
    "Numeric": ("9", "10", "10.50", "-1", 10, 10.5, "1672531200", "0", "9.99999999999999999999", "ten", "1e1"),
    "Date": (
        "2023-01-15T12:00:00Z", "2023-01-15T07:00:00-05:00", "2023-01-15", "2023-01", "2023", "1673784000", 1673784000,
        "2023-01-15T12:00:00.50Z", "2024-02-29T00:00:00Z", "soon",
    ),
    "Bool": ("true", "false", True, False, "False", "no"),
    "IpAddress": (
        "10.0.0.0/8", "10.0.0.1", "203.0.113.7/32", "203.0.113.0/25", "0.0.0.0/0", "::/0", "2001:db8::/32", "2001:db8::1",
        "10.0.0.1/8", "192.168.0.0/16", "zz.zz.zzz.zzz", "10.0.0.0/255.0.0.0", "10.0.0.0/0.255.255.255", "10.0.0.0/33", "::/129",
    ),
    "Arn": (
        f"arn:aws:iam::{OURS}:user/alice", f"arn:aws:iam::{OURS}:user/${{aws:username}}", "arn:aws:iam::*", "*", "arn:aws:*:*:*:*",
        f"arn:aws:sns:*:{OURS}:topic:*", f"arn:*:iam::{OURS}:user/a????", "${aws:PrincipalArn}", f"arn:aws:iam::{THEIRS}:*", "alice",
        f"arn:aws:iam::{OURS}:user/${{*}}", f"arn:aws:iam::{OURS}",
    ),
    "Binary": BLOBS[:4],
}  # fmt: skip
ORDERS: Final = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
OPERATORS: Final = {
    "String": ("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike"),
    "Numeric": tuple(f"Numeric{order}" for order in ORDERS),
    "Date": tuple(f"Date{order}" for order in ORDERS),
    "Bool": ("Bool",),
    "IpAddress": ("IpAddress", "NotIpAddress"),
    "Arn": ("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"),
    "Binary": ("BinaryEquals",),
}  # fmt: skip
