"""SAM's policy templates for SES: `SESCrudPolicy: {IdentityName: example.com}` and the like, as the policies that SAM makes of them.

Source: AWS SAM Developer Guide, "AWS SAM policy template list".
"""

from typing import Final

from gatepost.sources.found import Place
from gatepost.sources.tree import Fields, Items, Tree, object_of, scalar_at

EVERYTHING: Final = "*"
# What each statement allows, and on what: everything, or the kinds of resource whose names the template takes.
STATEMENTS: Final[dict[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]] = {
    "SESCrudPolicy": (
        (("GetIdentityVerificationAttributes", "SendEmail", "SendRawEmail", "VerifyEmailIdentity"), ("identity",)),
    ),
    "SESBulkTemplatedCrudPolicy": (
        (
            (
                "GetIdentityVerificationAttributes",
                "SendEmail",
                "SendRawEmail",
                "SendTemplatedEmail",
                "SendBulkTemplatedEmail",
                "VerifyEmailIdentity",
            ),
            ("identity",),
        ),
    ),
    "SESBulkTemplatedCrudPolicy_v2": (
        (("SendEmail", "SendRawEmail", "SendTemplatedEmail", "SendBulkTemplatedEmail"), ("identity", "template")),
        (("GetIdentityVerificationAttributes", "VerifyEmailIdentity"), ()),
    ),
    "SESEmailTemplateCrudPolicy": (
        (
            ("CreateTemplate", "GetTemplate", "ListTemplates", "UpdateTemplate", "DeleteTemplate", "TestRenderTemplate"),
            (),
        ),
    ),
    "SESSendBouncePolicy": ((("SendBounce",), ("identity",)),),
}


def filled(policy: Tree) -> Tree:
    """The policy, with CloudFormation's functions, that SAM makes of a policy template for SES; anything else as it is."""
    if not isinstance(policy, Fields) or len(policy.members) != 1:
        return policy
    ((name, field),) = policy.members.items()
    if name not in STATEMENTS:
        return policy
    names = field.value if isinstance(field.value, Fields) else Fields({}, policy.place)
    statements = tuple(_statement(actions, kinds, names, field.key.place) for actions, kinds in STATEMENTS[name])
    return object_of({"Statement": Items(statements, policy.place)}, policy.place)


def _statement(actions: tuple[str, ...], kinds: tuple[str, ...], names: Fields, place: Place) -> Tree:
    resources: tuple[Tree, ...] = tuple(_arn(kind, names, place) for kind in kinds) or (scalar_at(EVERYTHING, place),)
    return object_of(
        {
            "Effect": scalar_at("Allow", place),
            "Action": Items(tuple(scalar_at(f"ses:{action}", place) for action in actions), place),
            "Resource": Items(resources, place),
        },
        place,
    )


def _arn(kind: str, names: Fields, place: Place) -> Tree:
    parameter = f"{kind.capitalize()}Name"
    name = names.get(parameter)
    place = place if name is None else name.place
    text = f"arn:${{AWS::Partition}}:ses:${{AWS::Region}}:${{AWS::AccountId}}:{kind}/${{{parameter}}}"
    given = object_of({} if name is None else {parameter: name}, place)
    return object_of({"Fn::Sub": Items((scalar_at(text, place), given), place)}, place)
