"""What Access Analyzer's operations need permission on: the analyzer that is named, or its archive rule.

An ARN of another account or region is looked for nowhere else: analyzers are the caller's own.
Source: Service Authorization Reference, "Actions, resources, and condition keys for AWS IAM Access Analyzer".
"""

from collections.abc import Mapping, Sequence
from typing import Final

from gatepost.aws.call import Call
from gatepost.aws.operation import Need, action_of
from gatepost.services.access_analyzer.errors import not_found
from gatepost.store.analyzers import Analyzer, analyzer_arn, get_analyzer
from gatepost.store.transaction import Transaction, View

ANALYZER: Final = "AWS::AccessAnalyzer::Analyzer"
# Operations that share the permission of an older one.
SHARED: Final = {"ListFindingsV2": "access-analyzer:ListFindings", "GetFindingV2": "access-analyzer:GetFinding"}


def on_analyzer(call: Call, _parsed: object, _view: View) -> Sequence[Need]:
    """The operation's own action on the analyzer that `analyzerName`, `analyzerArn` or `resourceArn` names."""
    return (_need(call, _arn(call), _tags(call)),)


def on_archive_rule(call: Call, _parsed: object, _view: View) -> Sequence[Need]:
    """The operation's own action on an archive rule."""
    return (_need(call, f"{_arn(call)}/archive-rule/{call.input['ruleName']}", {}),)


def named_analyzer(call: Call, tx: Transaction) -> Analyzer:
    """The analyzer that a call names; `ResourceNotFoundException` where there is none."""
    arn = _arn(call)
    name = arn.partition(":analyzer/")[2]
    analyzer = get_analyzer(tx, call.caller.account, call.region, name)
    if analyzer is None or analyzer.arn != arn:
        raise not_found(arn, "Analyzer")
    return analyzer


def about_analyzer(call: Call) -> Sequence[tuple[str, str]]:
    """What the call is about, for the audit log."""
    return ((ANALYZER, _arn(call)),)


def _arn(call: Call) -> str:
    given = call.input
    if "analyzerName" in given:
        return analyzer_arn(call.caller.account, call.region, str(given["analyzerName"]))
    return str(given["analyzerArn"] if "analyzerArn" in given else given["resourceArn"])


def _need(call: Call, arn: str, context: Mapping[str, str | tuple[str, ...]]) -> Need:
    return Need(SHARED.get(call.operation, action_of(call)), arn, None, context)


def _tags(call: Call) -> Mapping[str, str | tuple[str, ...]]:
    tags, keys = call.input.get("tags") or {}, call.input.get("tagKeys") or ()
    named = {f"aws:requesttag/{key.lower()}": str(value) for key, value in tags.items()}
    return {**named, "aws:tagkeys": tuple(dict.fromkeys((*tags, *keys)))} if tags or keys else {}
