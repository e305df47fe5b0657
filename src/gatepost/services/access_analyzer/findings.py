"""Findings of external access: listed, shown, archived; in both versions of the API.

They are brought up to date whenever they are asked for, so these operations write.
Source: Access Analyzer API Reference; IAM User Guide, "Reviewing findings".
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, Final

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.access_analyzer import errors
from gatepost.services.access_analyzer.analysis import analyze
from gatepost.services.access_analyzer.criteria import EXTERNAL_ACCESS, Filter, check_criteria, meets, values_of
from gatepost.services.access_analyzer.needs import about_analyzer, named_analyzer, on_analyzer
from gatepost.services.access_analyzer.pages import page
from gatepost.store import access_findings
from gatepost.store.access_findings import AccessFinding, FindingStatus
from gatepost.store.transaction import Transaction

MOMENTS: Final = {"createdAt": "created_at", "updatedAt": "updated_at", "analyzedAt": "analyzed_at"}
Sort = Mapping[str, str]


@operation("accessanalyzer", "ListFindings", needs=on_analyzer, resources=about_analyzer, writes=True)
def list_findings(
    call: Call,
    tx: Transaction,
    *,
    analyzer_arn: str,  # noqa: ARG001 -- read by `named_analyzer`
    filter: Filter | None = None,  # noqa: A002 -- the API's name
    sort: Sort | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Shape:
    """The findings that meet a filter."""
    listed, token = page(_chosen(call, tx, filter or {}, sort or {}), next_token, max_results)
    return {"findings": [_summary(each) for each in listed], "nextToken": token}


@operation("accessanalyzer", "ListFindingsV2", needs=on_analyzer, resources=about_analyzer, writes=True)
def list_findings_v2(
    call: Call,
    tx: Transaction,
    *,
    analyzer_arn: str,  # noqa: ARG001 -- the same
    filter: Filter | None = None,  # noqa: A002 -- the API's name
    sort: Sort | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Shape:
    """The findings that meet a filter, in short."""
    listed, token = page(_chosen(call, tx, filter or {}, sort or {}), next_token, max_results)
    return {"findings": [{**_common(each), "findingType": EXTERNAL_ACCESS} for each in listed], "nextToken": token}


@operation("accessanalyzer", "GetFinding", needs=on_analyzer, resources=about_analyzer, writes=True)
def get_finding(call: Call, tx: Transaction, *, analyzer_arn: str, id: str) -> Shape:  # noqa: A002, ARG001 -- the API's names
    """A finding."""
    return {"finding": _summary(_found(call, tx, id))}


@operation(
    "accessanalyzer", "GetFindingV2", needs=on_analyzer, resources=about_analyzer, writes=True, no_effect=("maxResults",)
)
def get_finding_v2(call: Call, tx: Transaction, *, analyzer_arn: str, id: str) -> Shape:  # noqa: A002, ARG001 -- the same
    """A finding and its details."""
    finding = _found(call, tx, id)
    return {
        **_common(finding),
        "findingType": EXTERNAL_ACCESS,
        "findingDetails": [{"externalAccessDetails": _access(finding)}],
    }


@operation("accessanalyzer", "UpdateFindings", needs=on_analyzer, resources=about_analyzer, no_effect=("clientToken",))
def update_findings(
    call: Call,
    tx: Transaction,
    *,
    analyzer_arn: str,  # noqa: ARG001 -- the same
    status: str,
    ids: Sequence[str] | None = None,
    resource_arn: str | None = None,
) -> Shape:
    """Archive findings, or make them active again: those of these IDs, or all of a resource. Resolved ones stay so."""
    if ids is None and resource_arn is None:
        raise errors.invalid("Either ids or resourceArn must be given")
    analyzer = named_analyzer(call, tx)
    chosen = [
        finding.id
        for finding in analyze(call, tx, analyzer)
        if finding.status is not FindingStatus.RESOLVED and (finding.id in (ids or ()) or finding.resource == resource_arn)
    ]
    access_findings.set_status(tx, analyzer, chosen, FindingStatus(status), call.now)
    return {}


@operation("accessanalyzer", "GetFindingsStatistics", needs=on_analyzer, resources=about_analyzer, writes=True)
def get_findings_statistics(call: Call, tx: Transaction, *, analyzer_arn: str) -> Shape:  # noqa: ARG001 -- the same
    """How many findings there are, by status and by type of resource."""
    findings = analyze(call, tx, named_analyzer(call, tx))
    by_status = Counter(finding.status for finding in findings)
    active = [finding for finding in findings if finding.status is FindingStatus.ACTIVE]
    by_type = {
        kind: {
            "totalActivePublic": sum(each.is_public for each in active if each.resource_type == kind),
            "totalActiveCrossAccount": sum(not each.is_public for each in active if each.resource_type == kind),
            "totalActiveErrors": 0,
        }
        for kind in dict.fromkeys(finding.resource_type for finding in active)
    }
    statistics = {
        "resourceTypeStatistics": by_type,
        "totalActiveFindings": by_status[FindingStatus.ACTIVE],
        "totalArchivedFindings": by_status[FindingStatus.ARCHIVED],
        "totalResolvedFindings": by_status[FindingStatus.RESOLVED],
    }
    return {"findingsStatistics": [{"externalAccessFindingsStatistics": statistics}], "lastUpdatedAt": call.now}


def _chosen(call: Call, tx: Transaction, criteria: Filter, sort: Sort) -> Sequence[AccessFinding]:
    check_criteria(criteria)
    findings = [each for each in analyze(call, tx, named_analyzer(call, tx)) if meets(each, criteria)]
    attribute = sort.get("attributeName")
    if attribute is None:
        return findings
    if attribute in MOMENTS:
        findings.sort(key=attrgetter(MOMENTS[attribute]))
    else:
        check_criteria({attribute: {"exists": True}})
        findings.sort(key=lambda each: tuple(values_of(each, attribute)))
    return findings[::-1] if sort.get("orderBy") == "DESC" else findings


def _found(call: Call, tx: Transaction, id_: str) -> AccessFinding:
    finding = next((each for each in analyze(call, tx, named_analyzer(call, tx)) if each.id == id_), None)
    if finding is None:
        raise errors.not_found(id_, "Finding")
    return finding


def _common(finding: AccessFinding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "resource": finding.resource,
        "resourceType": finding.resource_type,
        "resourceOwnerAccount": finding.resource_owner,
        "status": finding.status.value,
        "createdAt": finding.created_at,
        "updatedAt": finding.updated_at,
        "analyzedAt": finding.analyzed_at,
    }


def _access(finding: AccessFinding) -> dict[str, Any]:
    return {
        "principal": finding.principal,
        "action": list(finding.action),
        "condition": finding.condition,
        "isPublic": finding.is_public,
        "sources": [{"type": "POLICY"}],
    }


def _summary(finding: AccessFinding) -> dict[str, Any]:
    return {**_common(finding), **_access(finding)}
