"""Archive rules: new findings that meet one are archived at once; those there are, where it is applied.

Source: Access Analyzer API Reference.
"""

from datetime import datetime
from typing import Final

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.access_analyzer import errors
from gatepost.services.access_analyzer.analysis import analyze
from gatepost.services.access_analyzer.criteria import Filter, check_criteria, meets
from gatepost.services.access_analyzer.needs import about_analyzer, named_analyzer, on_analyzer, on_archive_rule
from gatepost.services.access_analyzer.pages import page
from gatepost.store import access_findings, archive_rules
from gatepost.store.access_findings import FindingStatus
from gatepost.store.analyzers import Analyzer
from gatepost.store.archive_rules import ArchiveRule
from gatepost.store.transaction import Transaction

MOST_RULES: Final = 100  # an analyzer


@operation("accessanalyzer", "CreateArchiveRule", needs=on_archive_rule, resources=about_analyzer, no_effect=("clientToken",))
def create_archive_rule(
    call: Call,
    tx: Transaction,
    *,
    analyzer_name: str,  # noqa: ARG001 -- read by `named_analyzer`
    rule_name: str,
    filter: Filter,  # noqa: A002 -- the API's name
) -> Shape:
    """A new rule."""
    new_rule(tx, named_analyzer(call, tx), rule_name, filter, call.now)
    return {}


@operation("accessanalyzer", "GetArchiveRule", needs=on_archive_rule, resources=about_analyzer)
def get_archive_rule(call: Call, tx: Transaction, *, analyzer_name: str, rule_name: str) -> Shape:  # noqa: ARG001 -- the same
    """A rule."""
    return {"archiveRule": _summary(_found(tx, named_analyzer(call, tx), rule_name))}


@operation("accessanalyzer", "ListArchiveRules", needs=on_analyzer, resources=about_analyzer)
def list_archive_rules(
    call: Call,
    tx: Transaction,
    *,
    analyzer_name: str,  # noqa: ARG001 -- the same
    max_results: int | None = None,
    next_token: str | None = None,
) -> Shape:
    """An analyzer's rules."""
    listed, token = page(archive_rules.list_archive_rules(tx, named_analyzer(call, tx)), next_token, max_results)
    return {"archiveRules": [_summary(each) for each in listed], "nextToken": token}


@operation("accessanalyzer", "UpdateArchiveRule", needs=on_archive_rule, resources=about_analyzer, no_effect=("clientToken",))
def update_archive_rule(
    call: Call,
    tx: Transaction,
    *,
    analyzer_name: str,  # noqa: ARG001 -- the same
    rule_name: str,
    filter: Filter,  # noqa: A002 -- the API's name
) -> Shape:
    """Other criteria for a rule."""
    analyzer = named_analyzer(call, tx)
    rule = _found(tx, analyzer, rule_name)
    check_criteria(filter)
    archive_rules.set_filter(tx, analyzer, rule.name, filter, call.now)
    return {}


@operation("accessanalyzer", "DeleteArchiveRule", needs=on_archive_rule, resources=about_analyzer, no_effect=("clientToken",))
def delete_archive_rule(call: Call, tx: Transaction, *, analyzer_name: str, rule_name: str) -> Shape:  # noqa: ARG001 -- the same
    """Delete a rule; what it has archived stays archived."""
    analyzer = named_analyzer(call, tx)
    archive_rules.delete_archive_rule(tx, analyzer, _found(tx, analyzer, rule_name).name)
    return {}


@operation("accessanalyzer", "ApplyArchiveRule", needs=on_analyzer, resources=about_analyzer, no_effect=("clientToken",))
def apply_archive_rule(call: Call, tx: Transaction, *, analyzer_arn: str, rule_name: str) -> Shape:  # noqa: ARG001 -- the same
    """Archive the active findings that meet a rule."""
    analyzer = named_analyzer(call, tx)
    criteria = _found(tx, analyzer, rule_name).filter
    met = [
        finding.id
        for finding in analyze(call, tx, analyzer)
        if finding.status is FindingStatus.ACTIVE and meets(finding, criteria)
    ]
    access_findings.set_status(tx, analyzer, met, FindingStatus.ARCHIVED, call.now)
    return {}


def new_rule(tx: Transaction, analyzer: Analyzer, name: str, criteria: Filter, now: datetime) -> None:
    """Keep a new rule of an analyzer."""
    check_criteria(criteria)
    known = archive_rules.list_archive_rules(tx, analyzer)
    if any(rule.name == name for rule in known):
        raise errors.exists(name, "ArchiveRule")
    if len(known) >= MOST_RULES:
        raise errors.quota_exceeded(name, "ArchiveRule", f"The number of archive rules is at its limit of {MOST_RULES}")
    archive_rules.create_archive_rule(tx, analyzer, ArchiveRule(name, criteria, now, now))


def _found(tx: Transaction, analyzer: Analyzer, name: str) -> ArchiveRule:
    rule = archive_rules.get_archive_rule(tx, analyzer, name)
    if rule is None:
        raise errors.not_found(name, "ArchiveRule")
    return rule


def _summary(rule: ArchiveRule) -> Shape:
    return {"ruleName": rule.name, "filter": rule.filter, "createdAt": rule.created_at, "updatedAt": rule.updated_at}
