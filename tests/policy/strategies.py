"""Policies and requests for properties: few names, so that they meet often."""

from hypothesis import strategies as st

from gatepost.policy.decide import Policies
from gatepost.policy.model import Condition, Effect, Operator, Place, Policy, PrincipalEntry, PrincipalType, Statement
from gatepost.policy.operators import WRITTEN
from gatepost.policy.request import Request

ACCOUNT, OTHER = "111122223333", "444455556666"
PRINCIPALS = (
    f"arn:aws:iam::{ACCOUNT}:user/alice",
    f"arn:aws:iam::{ACCOUNT}:user/bob",
    f"arn:aws:iam::{OTHER}:user/eve",
    f"arn:aws:iam::{ACCOUNT}:root",
    f"arn:aws:sts::{ACCOUNT}:assumed-role/Mailer/one",
    f"arn:aws:sts::{ACCOUNT}:federated-user/frank",
    "cognito-idp.amazonaws.com",
    "*",
)
NAMED = ("*", ACCOUNT, OTHER, f"arn:aws:iam::{ACCOUNT}:role/Mailer", *PRINCIPALS[:5])
IDENTITIES = tuple(f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/{name}" for name in ("example.com", "example.org"))
ACTIONS = ("ses:SendEmail", "ses:SendRawEmail", "ses:PutIdentityPolicy")
PATTERNS = ("*", "ses:*", "ses:Send*", "SES:sendemail", *ACTIONS)
RESOURCES = (
    "*",
    "arn:aws:ses:*",
    *IDENTITIES,
    f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/${{aws:username}}",
    f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/example.${{aws:PrincipalTag/team}}",
)
KEYS = (
    "ses:FromAddress", "ses:Recipients", "aws:SourceIp", "aws:CurrentTime", "aws:SecureTransport", "aws:username",
    "aws:PrincipalTag/team",
)  # fmt: skip
VALUES = (
    "*",
    "a@example.com",
    "*@example.com",
    "10.0.0.0/8",
    "10.1.2.3",
    "2023-01-15T12:00:00Z",
    "2023-01-15",
    "true",
    "7",
    "${aws:username}",
    "${aws:PrincipalTag/team, 'alice'}",
)
GIVEN = ("a@example.com", "b@example.org", "10.1.2.3", "2023-01-15T12:00:00Z", "true", "7", "alice", "org", "")

operators = st.builds(
    Operator,
    st.sampled_from(sorted(WRITTEN)),
    st.sampled_from((None, None, "ForAllValues", "ForAnyValue")),
    st.booleans(),
) | st.just(Operator("Null"))
conditions = st.builds(
    Condition,
    operators,
    st.sampled_from(KEYS),
    st.lists(st.sampled_from(VALUES), min_size=1, max_size=3).map(tuple),
    st.just(Place(1, 1)),
)
named = st.lists(
    st.sampled_from(NAMED).map(lambda value: PrincipalEntry(PrincipalType.AWS, value)), min_size=1, max_size=2
).map(tuple)


def some(texts: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(texts), min_size=1, max_size=2, unique=True).map(tuple)


@st.composite
def statements(draw: st.DrawFn, *, principal: bool, effect: Effect | None = None) -> Statement:
    not_action, not_resource = draw(st.booleans()), draw(st.booleans())
    actions, resources = draw(some(PATTERNS)), draw(some(RESOURCES))
    who = draw(named) if principal else None
    not_who = principal and draw(st.integers(0, 4)) == 0
    return Statement(
        effect=effect or draw(st.sampled_from(Effect)),
        sid=None,
        principals=None if not_who else who,
        not_principals=who if not_who else None,
        actions=None if not_action else actions,
        not_actions=actions if not_action else None,
        resources=None if not_resource else resources,
        not_resources=resources if not_resource else None,
        conditions=tuple({str(each.operator) + each.key: each for each in draw(st.lists(conditions, max_size=2))}.values()),
    )


def policies(*, principal: bool) -> st.SearchStrategy[Policy]:
    return st.builds(
        Policy,
        st.lists(statements(principal=principal), min_size=1, max_size=4).map(tuple),
        st.sampled_from(("2012-10-17", "2012-10-17", "2008-10-17")),
    )


def layers(*, principal: bool) -> st.SearchStrategy[list[Policy]]:
    return st.lists(policies(principal=principal), max_size=2)


sets = st.builds(
    Policies,
    layers(principal=False),
    layers(principal=True),
    st.none() | policies(principal=False),
    st.none() | layers(principal=False),
    st.none() | st.lists(layers(principal=False), max_size=2),
)
requests = st.builds(
    Request,
    st.sampled_from(PRINCIPALS),
    st.sampled_from(ACTIONS),
    st.sampled_from(("*", *IDENTITIES)),
    st.just(ACCOUNT),
    st.dictionaries(st.sampled_from(KEYS), st.sampled_from(GIVEN) | st.lists(st.sampled_from(GIVEN), max_size=2), max_size=5),
)
