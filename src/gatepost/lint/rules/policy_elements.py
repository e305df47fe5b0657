"""Rules on the elements of a policy as a whole: `Version`, `Id`, `Statement`, and on the type of every element.

Source: IAM User Guide, "Grammar of the IAM JSON policy language"; Access Analyzer, "Policy check reference".
"""

from collections.abc import Iterator

from gatepost.lint.document import Document, Element, StatementTree
from gatepost.lint.edits import instead, with_first_member, written
from gatepost.lint.examples import allow, policy
from gatepost.lint.finding import Edit, Fix, Severity
from gatepost.lint.rule import Hit, rule
from gatepost.lint.setting import Setting
from gatepost.policy.errors import did_you_mean, nearest
from gatepost.policy.model import VERSION_2008, VERSION_2012
from gatepost.policy.read import POLICY_ELEMENTS, STATEMENT_ELEMENTS, VERSIONS, PolicyKind


@rule(
    "MISSING_VERSION",
    Severity.WARNING,
    bad={"Statement": [allow()]},
    good=policy(allow()),
    of_aws=True,
)
def missing_version(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A policy without `Version` is read by the rules of 2008.

    Under them `${aws:username}` is plain text and no variable: a condition that should bind each user to an own address then
    compares with the dollar sign and the braces, and never holds. Write `"Version": "2012-10-17"`, the only version to use in new
    policies.
    """
    root = document.root
    if root is not None and root.is_object and "Version" not in document.elements and document.kind is not PolicyKind.RCP:
        message = "the element `Version` is missing, so variables such as `${aws:username}` are plain text here"
        yield Hit(root.at, message, fixes=(_newest(document, with_first_member(root, "Version", VERSION_2012, document.text)),))


@rule(
    "OLD_VERSION",
    Severity.SUGGESTION,
    bad={"Version": VERSION_2008, "Statement": [allow()]},
    good=policy(allow()),
)
def old_version(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A policy of version `2008-10-17` knows no variables.

    It means what it always meant, but whoever adds `${aws:username}` to it later gets plain text that never matches, and no error.
    """
    version = document.elements.get("Version")
    if version is not None and version.text == VERSION_2008 and document.kind is not PolicyKind.RCP:
        message = f"`{VERSION_2008}` is the older version of the language; write `{VERSION_2012}`"
        yield Hit(version.at, message, fixes=(_newest(document, written(version.at, VERSION_2012)),))


def _newest(document: Document, edit: Edit) -> Fix:
    """Version 2012-10-17; proved where nothing in the document could be a variable."""
    title = f"write `{VERSION_2012}`"
    if "${" in document.text or "\\u" in document.text:
        return Fix(f"{title}: each `${{…}}` becomes a variable", (edit,), changes_meaning=True)
    return Fix(title, (edit,), proof="no `${` stands in the document, and variables are all that the versions read differently")


@rule(
    "INVALID_VERSION",
    Severity.ERROR,
    bad={"Version": "2012-10-18", "Statement": [allow()]},
    good=policy(allow()),
    of_aws=True,
)
def invalid_version(document: Document, _setting: Setting) -> Iterator[Hit]:
    """`Version` is the version of the policy language, not of your document.

    There are two: `2012-10-17`, which to write, and `2008-10-17`, which knows no variables. Any other date is refused. A resource
    control policy must be of the newer one.
    """
    version, root = document.elements.get("Version"), document.root
    of_rcp = document.kind is PolicyKind.RCP
    if version is None:
        if of_rcp and root is not None and root.is_object:
            fix = Fix(f"write `{VERSION_2012}`", (with_first_member(root, "Version", VERSION_2012, document.text),))
            yield Hit(root.at, f"a resource control policy says its version: `{VERSION_2012}`", fixes=(fix,))
    elif version.text is not None and version.text not in ((VERSION_2012,) if of_rcp else VERSIONS):
        expected = f"`{VERSION_2012}`" if of_rcp else f"`{VERSION_2012}` or `{VERSION_2008}`"
        fix = Fix(f"write `{VERSION_2012}`", (written(version.at, VERSION_2012),), changes_meaning=True)
        yield Hit(version.at, f"`{version.text}` is no version of the policy language; expected {expected}", fixes=(fix,))


@rule(
    "MISSING_STATEMENT",
    Severity.ERROR,
    bad={"Version": VERSION_2012, "Statement": []},
    good=policy(allow()),
    of_aws=True,
)
def missing_statement(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A policy without statements says nothing, and is refused.

    To take everything away from somebody, delete the policy; to forbid, write a `Deny`.
    """
    root, statements = document.root, document.elements.get("Statement")
    if root is not None and root.is_object and statements is None:
        yield Hit(root.at, "the element `Statement` is missing")
    elif statements is not None and not any(True for _ in statements.entries()):
        yield Hit(statements.at, "`Statement` is empty; expected at least one statement")


@rule(
    "INVALID_POLICY_ELEMENT",
    Severity.ERROR,
    bad=policy({**allow(Action=None), "Actions": "ses:SendEmail"}),
    good=policy(allow()),
    of_aws=True,
)
def invalid_policy_element(document: Document, _setting: Setting) -> Iterator[Hit]:
    """An element that the policy language does not know.

    Names of elements are written exactly so, in upper and lower case: `Action`, not `action` or `Actions`. A misspelt `Condition`
    would otherwise be no condition at all, so the whole policy is refused.
    """
    if document.root is not None:
        yield from _unknown(document.root, POLICY_ELEMENTS)
    for statement in document.statements:
        yield from _unknown(statement.element, STATEMENT_ELEMENTS)


def _unknown(owner: Element, known: tuple[str, ...]) -> Iterator[Hit]:
    members = owner.members()
    for name, element in members.items():
        if name in known or element.key is None:
            continue
        free = tuple(each for each in known if each not in members)
        message = f"`{name}` is no element of a policy here{did_you_mean(name, free)}"
        yield Hit(element.key, message, fixes=instead(element.key, nearest(name, free)))


@rule(
    "DATA_TYPE_MISMATCH",
    Severity.ERROR,
    bad=policy(allow(Action=["ses:SendEmail", 7])),
    good=policy(allow(Action=["ses:SendEmail", "ses:SendRawEmail"])),
    of_aws=True,
)
def data_type_mismatch(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A value of another JSON type than the element takes.

    `Statement` takes objects, `Action` and `Resource` a string or a list of strings, `Condition` operators, in them keys, and in
    those strings, numbers or booleans. Whatever else stands there is refused.
    """
    if document.root is None:
        return
    if not document.root.is_object:
        yield Hit(document.root.at, "expected a policy: an object with `Version` and `Statement`")
    for name in ("Version", "Id"):
        if name in document.elements:
            yield from _no_text(name, document.elements[name])
    if "Statement" in document.elements:
        for entry in document.elements["Statement"].entries():
            if not entry.is_object:
                yield Hit(entry.at, "expected a statement: an object with `Effect`, `Action` and `Resource`")
    for statement in document.statements:
        yield from _of_statement(statement)


def _of_statement(statement: StatementTree) -> Iterator[Hit]:
    for name in ("Sid", "Effect"):
        if name in statement.elements:
            yield from _no_text(name, statement.elements[name])
    for name in ("Action", "NotAction", "Resource", "NotResource"):
        for entry in statement.entries(name):
            yield from _no_text(name, entry)
    for name in ("Principal", "NotPrincipal"):
        if name in statement.elements:
            for kind, value in statement.elements[name].members().items():
                for entry in value.entries():
                    yield from _no_text(f"{name}, {kind}", entry)
    if "Condition" in statement.elements:
        yield from _of_condition(statement.elements["Condition"])


def _of_condition(condition: Element) -> Iterator[Hit]:
    if not condition.is_object:
        yield Hit(condition.at, "`Condition` takes an object of condition operators")
    for operator, keys in condition.members().items():
        if not keys.is_object:
            yield Hit(keys.at, f"`{operator}` takes an object of condition keys")
        for key, value in keys.members().items():
            for entry in value.entries():
                if entry.scalar is None:
                    yield Hit(entry.at, f"`{key}` takes a string, a number or a boolean, or a list of them")


def _no_text(name: str, element: Element) -> Iterator[Hit]:
    if element.text is None:
        yield Hit(element.at, f"expected a string for `{name}`")
