"""What the asker gives beside the names: the values of a template's parameters and imports, and which account is meant."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from gatepost.sources.found import SourceError

PARTITIONS: Final = {
    "cn-": "aws-cn", "us-gov-": "aws-us-gov", "us-iso-": "aws-iso", "us-isob-": "aws-iso-b", "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f", "eusc-": "aws-eusc",
}  # fmt: skip
SUFFIXES: Final = {
    "aws-cn": "amazonaws.com.cn", "aws-iso": "c2s.ic.gov", "aws-iso-b": "sc2s.sgov.gov", "aws-iso-e": "cloud.adc-e.uk",
    "aws-iso-f": "csp.hci.ic.gov", "aws-eusc": "amazonaws.eu",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """Values for templates, and the account to ask.

    `parameters` gives parameters, pseudo parameters (`AWS::Region`) and attributes of resources (`Mailer.Arn`); `exports` what
    `Fn::ImportValue` imports. What is not given stays a variable: a parameter's `Default` is what somebody may deploy with, not what
    is deployed, and counts only where `takes_defaults`; of conditions both branches are read all the same. Where it
    `takes_allowed_values`, a parameter without a default is each of its `AllowedValues` in turn. `endpoint_url` and `region` are
    those of boto3.
    """

    parameters: Mapping[str, str] = field(default_factory=dict)
    exports: Mapping[str, str] = field(default_factory=dict)
    takes_defaults: bool = False
    takes_allowed_values: bool = False
    endpoint_url: str | None = None
    region: str | None = None


def pseudo_parameters(account: str | None, region: str | None, partition: str | None) -> dict[str, str]:
    """What CloudFormation itself knows where an account, a region or a partition is known; a region is in one partition.

    Source: AWS CloudFormation User Guide, "Pseudo parameters reference"; AWS General Reference, "Amazon Resource Names".
    """
    if partition is None and region is not None:
        partition = next((name for start, name in PARTITIONS.items() if region.startswith(start)), "aws")
    suffix = None if partition is None else SUFFIXES.get(partition, "amazonaws.com")
    known = {"AWS::AccountId": account, "AWS::Region": region, "AWS::Partition": partition, "AWS::URLSuffix": suffix}
    return {name: value for name, value in known.items() if value is not None}


def parameters_of(texts: Iterable[str]) -> dict[str, str]:
    """The values that `--parameter NAME=VALUE` gives, each once; SourceError."""
    given: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise SourceError("--parameter", f"expected NAME=VALUE, found `{text}`")
        if name in given:
            raise SourceError("--parameter", f"`{name}` is given twice")
        given[name] = value
    return given


def exports_of(path: Path) -> dict[str, str]:
    """The values of a file: an object of names and values, or what `aws cloudformation list-exports` prints; SourceError."""
    try:
        content: object = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SourceError(str(path), error.strerror or "cannot be read") from None
    except UnicodeDecodeError:
        raise SourceError(str(path), "not UTF-8") from None
    except json.JSONDecodeError as error:
        raise SourceError(str(path), f"no JSON: {error.msg}", error.lineno, error.colno) from None
    exports = content.get("Exports", content) if isinstance(content, dict) else None
    if isinstance(exports, list):
        exports = {each.get("Name"): each.get("Value") for each in exports if isinstance(each, dict)}
    if not isinstance(exports, dict) or not all(isinstance(text, str) for pair in exports.items() for text in pair):
        raise SourceError(
            str(path), "expected an object of names and values, or the answer of `aws cloudformation list-exports`"
        )
    return exports
