"""Rules on the elements of a policy as a whole: `Version`, `Id`, `Statement`.

Source: IAM User Guide, "Grammar of the IAM JSON policy language"; Access Analyzer, "Policy check reference".
"""

from collections.abc import Iterator

from gatepost.lint.document import Document
from gatepost.lint.finding import Severity
from gatepost.lint.rule import Hit, rule
from gatepost.lint.setting import Setting

SEND = {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}


@rule(
    "MISSING_VERSION",
    Severity.WARNING,
    bad={"Statement": [SEND]},
    good={"Version": "2012-10-17", "Statement": [SEND]},
    of_aws=True,
)
def missing_version(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A policy without `Version` is read by the rules of 2008.

    Under them `${aws:username}` is plain text and no variable: a condition that should bind each user to an own address then
    compares with the dollar sign and the braces, and never holds. Write `"Version": "2012-10-17"`, the only version to use in new
    policies.
    """
    if document.root is not None and document.root.is_object and "Version" not in document.elements:
        yield Hit(
            document.whole, "the element `Version` is missing, so variables such as `${aws:username}` are plain text here"
        )
