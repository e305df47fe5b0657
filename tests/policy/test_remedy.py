"""What would let a denied request through, proved by deciding again."""

from hypothesis import given, settings

from gatepost.policy.decide import LayerKind, Policies, decide
from gatepost.policy.partial import Answer
from gatepost.policy.rationale import rationale
from gatepost.policy.read import PolicyKind, read_policy
from gatepost.policy.request import Request
from gatepost.policy.write import write_policy
from policy.strategies import requests, sets


@settings(max_examples=400)
@given(request=requests, held=sets)
def test_every_denial_has_a_remedy_and_it_is_proved(request: Request, held: Policies) -> None:
    found = rationale(request, held)
    if decide(request, held).allowed:
        assert found.remedy is None
        return
    assert found.remedy is not None
    assert found.remedy.after is Answer.YES


@settings(max_examples=200)
@given(request=requests, held=sets)
def test_a_grant_can_be_put_and_reads_as_it_is_written(request: Request, held: Policies) -> None:
    found = rationale(request, held).remedy
    for grant in () if found is None else found.grants:
        kind = PolicyKind.RESOURCE if grant.lack.kind is LayerKind.RESOURCE else PolicyKind.IDENTITY
        assert write_policy(read_policy(write_policy(grant.policy), kind)) == write_policy(grant.policy)
