"""ValidatePolicy, thought about: the linter's findings in AWS's shape. Pure, run in a process of its own.

It answers the codes of Access Analyzer alone, so that its findings compare with AWS's; those that only Gatepost has come beside them
where the header `X-Gatepost-Findings: all` asks for them. AWS's codes are linked to AWS's reference, ours to a page of this server.
Witnesses and fixes have no member in AWS's shape: they stand in `findingDetails`.
Source: Access Analyzer API Reference, ValidatePolicy; lines begin at 1, columns and offsets at 0. Places and links: recorded answers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gatepost.lint.document import Document
from gatepost.lint.finding import At, Finding, Key, Severity, Step, Substring
from gatepost.lint.linter import in_order, lint_document
from gatepost.lint.rule import RULES
from gatepost.lint.rules import ALL
from gatepost.lint.setting import Setting
from gatepost.policy.read import PolicyKind
from gatepost.services.access_analyzer.pages import page
from gatepost.words.requests import request_words

# Asked apart: what a rule of ours says better is said by AWS's code too, for clients that look for it.
OF_AWS: Final = tuple(rule for rule in ALL if rule.of_aws)
OWN: Final = tuple(rule for rule in ALL if not rule.of_aws)
OF_VARIABLES: Final = "VARIABLE"  # in the codes of findings that AWS places at a part of a text
REFERENCE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html"


@dataclass(frozen=True, slots=True)
class Validation:
    """A document to be validated, and which page of the findings. `pages` is where this server's own pages are.

    `own`: Gatepost's own codes are asked for as well.
    """

    document: str
    kind: PolicyKind
    setting: Setting
    pages: str
    token: str | None = None
    most: int | None = None
    own: bool = False


def validate(asked: Validation) -> Mapping[str, Any]:
    """Everything that is wrong with a document, or does not mean what it seems to."""
    document = Document(asked.document, asked.kind)
    rule_sets = (OF_AWS, OWN) if asked.own else (OF_AWS,)
    found = (finding for rules in rule_sets for finding in lint_document(document, asked.setting, rules).findings)
    findings, token = page(in_order(found), asked.token, asked.most)
    return {"findings": [_finding(asked.pages, document, each) for each in findings], "nextToken": token}


def _finding(pages: str, document: Document, finding: Finding) -> Mapping[str, Any]:
    return {
        "findingType": finding.severity.value,
        "issueCode": finding.code,
        "findingDetails": " ".join(_details(finding)),
        "learnMoreLink": _link(pages, finding),
        "locations": [_location(document, at) for at in _places(document, finding)],
    }


def _details(finding: Finding) -> list[str]:
    told = [f"{finding.message[:1].upper()}{finding.message[1:]}."]
    told += [f"{each.says[:1].upper()}{each.says[1:]}: {request_words(each.request)}." for each in finding.witnesses]
    return told + [f"Instead: {fix.title}." for fix in finding.fixes]


def _places(document: Document, finding: Finding) -> Iterable[At]:
    """The places as AWS tells them: an action or an ARN as a whole, even where a part of it is what is wrong."""
    for at in finding.places:
        element = None if OF_VARIABLES in finding.code else document.element_at(at)
        yield element.at if element is not None and at.path and isinstance(at.path[-1], Substring) else at


def _link(pages: str, finding: Finding) -> str:
    if RULES[finding.code].of_aws:
        kind = "GENERAL_WARNING" if finding.severity is Severity.WARNING else finding.severity.value
        slug = f"{kind}-{finding.code}".lower().replace("_", "-")
        return f"{REFERENCE}#access-analyzer-reference-policy-checks-{slug}"
    return f"{pages}/rules/{finding.code}"


def _location(document: Document, at: At) -> Mapping[str, Any]:
    span = {"start": _position(document, at.start), "end": _position(document, at.end)}
    return {"path": [_step(step) for step in at.path], "span": span}


def _position(document: Document, offset: int) -> Mapping[str, int]:
    line, column = document.place_of(offset)
    return {"line": line, "column": column - 1, "offset": offset}


def _step(step: Step) -> Mapping[str, Any]:
    match step:
        case str():
            return {"value": step}
        case int():
            return {"index": step}
        case Key(name):
            return {"key": name}
        case Substring(start, length):
            return {"substring": {"start": start, "length": length}}
