"""Resources that an analyzer looks at.

Source: Access Analyzer API Reference.
"""

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.access_analyzer import errors
from gatepost.services.access_analyzer.analysis import Analyzed, analyze, analyzed_resources
from gatepost.services.access_analyzer.needs import about_analyzer, named_analyzer, on_analyzer
from gatepost.services.access_analyzer.pages import page
from gatepost.store.access_findings import FindingStatus
from gatepost.store.analyzers import Analyzer
from gatepost.store.transaction import Transaction


@operation("accessanalyzer", "ListAnalyzedResources", needs=on_analyzer, resources=about_analyzer)
def list_analyzed_resources(
    call: Call,
    tx: Transaction,
    *,
    analyzer_arn: str,  # noqa: ARG001 -- read by `named_analyzer`
    resource_type: str | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Shape:
    """Every resource of the zone of trust."""
    resources = analyzed_resources(tx, named_analyzer(call, tx))
    listed, token = page([each for each in resources if resource_type in (None, each.type)], next_token, max_results)
    told = [{"resourceArn": each.arn, "resourceOwnerAccount": each.account, "resourceType": each.type} for each in listed]
    return {"analyzedResources": told, "nextToken": token}


@operation("accessanalyzer", "GetAnalyzedResource", needs=on_analyzer, resources=about_analyzer, writes=True)
def get_analyzed_resource(call: Call, tx: Transaction, *, analyzer_arn: str, resource_arn: str) -> Shape:  # noqa: ARG001 -- the same
    """A resource, and whether it is shared."""
    analyzer = named_analyzer(call, tx)
    resource = _found(tx, analyzer, resource_arn)
    active = [
        finding
        for finding in analyze(call, tx, analyzer)
        if finding.resource == resource_arn and finding.status is FindingStatus.ACTIVE
    ]
    told = {
        "resourceArn": resource.arn,
        "resourceType": resource.type,
        "resourceOwnerAccount": resource.account,
        "createdAt": call.now,
        "analyzedAt": call.now,
        "updatedAt": call.now,
        "isPublic": any(finding.is_public for finding in active),
        "actions": list(dict.fromkeys(action for finding in active for action in finding.action)),
    }
    if active:
        told |= {"sharedVia": ["POLICY"], "status": FindingStatus.ACTIVE.value}
        told |= {"createdAt": active[0].created_at, "updatedAt": max(finding.updated_at for finding in active)}
    return {"resource": told}


@operation("accessanalyzer", "StartResourceScan", needs=on_analyzer, resources=about_analyzer)
def start_resource_scan(
    call: Call,
    tx: Transaction,
    *,
    analyzer_arn: str,  # noqa: ARG001 -- the same
    resource_arn: str,
) -> Shape:
    """Look at a resource now; every other is looked at with it."""
    analyzer = named_analyzer(call, tx)
    _found(tx, analyzer, resource_arn)
    analyze(call, tx, analyzer)
    return {}


def _found(tx: Transaction, analyzer: Analyzer, arn: str) -> Analyzed:
    resource = next((each for each in analyzed_resources(tx, analyzer) if each.arn == arn), None)
    if resource is None:
        raise errors.not_found(arn, "Resource")
    return resource
