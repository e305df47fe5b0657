"""Analyzers of external access: whose zone of trust is an account or its organization.

Analyzers of unused and of internal access are not served.
Source: Access Analyzer API Reference; IAM User Guide, "IAM Access Analyzer quotas".
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from gatepost.access.placement import placement
from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.access_analyzer import errors
from gatepost.services.access_analyzer.archive_rules import new_rule
from gatepost.services.access_analyzer.needs import about_analyzer, named_analyzer, on_analyzer
from gatepost.services.access_analyzer.pages import page
from gatepost.services.access_analyzer.tags import checked_tags
from gatepost.services.needs import on_everything
from gatepost.store import analyzers
from gatepost.store.analyzers import Analyzer
from gatepost.store.transaction import Transaction

ACCOUNT: Final = "ACCOUNT"
ORGANIZATION: Final = "ORGANIZATION"
MOST_OF_TYPE: Final = {ACCOUNT: 1, ORGANIZATION: 5}


@operation("accessanalyzer", "CreateAnalyzer", needs=on_analyzer, resources=about_analyzer, no_effect=("clientToken",))
def create_analyzer(
    call: Call,
    tx: Transaction,
    *,
    analyzer_name: str,
    type: str,  # noqa: A002 -- the API's name
    archive_rules: Sequence[Mapping[str, Any]] = (),
    tags: Mapping[str, str] | None = None,
) -> Shape:
    """A new analyzer; it is active at once."""
    if type not in MOST_OF_TYPE:
        raise errors.unsupported(f"Analyzers of type {type} are not served here")
    account, region = call.caller.account, call.region
    if type == ORGANIZATION and placement(tx, account).organization_id is None:
        raise errors.invalid("You must create an organization, or join one, before you create an analyzer for it")
    analyzer = Analyzer(account, region, analyzer_name, type, call.now, checked_tags(tags or {}))
    known = analyzers.list_analyzers(tx, account, region)
    if any(each.name == analyzer_name for each in known):
        raise errors.exists(analyzer.arn, "Analyzer")
    if sum(each.type == type for each in known) >= MOST_OF_TYPE[type]:
        text = f"The number of analyzers of type {type} is at its limit of {MOST_OF_TYPE[type]}"
        raise errors.quota_exceeded(analyzer.arn, "Analyzer", text)
    analyzers.create_analyzer(tx, analyzer)
    for rule in archive_rules:
        new_rule(tx, analyzer, rule["ruleName"], rule["filter"], call.now)
    return {"arn": analyzer.arn}


@operation("accessanalyzer", "GetAnalyzer", needs=on_analyzer, resources=about_analyzer)
def get_analyzer(call: Call, tx: Transaction, *, analyzer_name: str) -> Shape:  # noqa: ARG001 -- read by `named_analyzer`
    """An analyzer."""
    return {"analyzer": _summary(named_analyzer(call, tx))}


@operation("accessanalyzer", "ListAnalyzers", needs=on_everything)
def list_analyzers(
    call: Call,
    tx: Transaction,
    *,
    type: str | None = None,  # noqa: A002 -- the API's name
    max_results: int | None = None,
    next_token: str | None = None,
) -> Shape:
    """The account's analyzers in this region."""
    known = analyzers.list_analyzers(tx, call.caller.account, call.region)
    listed, token = page([each for each in known if type in (None, each.type)], next_token, max_results)
    return {"analyzers": [_summary(each) for each in listed], "nextToken": token}


@operation("accessanalyzer", "DeleteAnalyzer", needs=on_analyzer, resources=about_analyzer, no_effect=("clientToken",))
def delete_analyzer(call: Call, tx: Transaction, *, analyzer_name: str) -> Shape:  # noqa: ARG001 -- read by `named_analyzer`
    """Delete an analyzer with its archive rules and findings."""
    analyzers.delete_analyzer(tx, named_analyzer(call, tx))
    return {}


def _summary(analyzer: Analyzer) -> Shape:
    return {
        "arn": analyzer.arn,
        "name": analyzer.name,
        "type": analyzer.type,
        "createdAt": analyzer.created_at,
        "lastResourceAnalyzed": analyzer.last_resource,
        "lastResourceAnalyzedAt": analyzer.last_analyzed_at,
        "tags": dict(analyzer.tags),
        "status": "ACTIVE",
    }
