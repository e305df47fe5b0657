"""Values that YAML reads as another text than the one that stands in the file."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gatepost.lint.rules import ALL
from gatepost.lint.setting import Setting
from gatepost.reports.run import lint_policies
from gatepost.reports.suppressions import Suppressions
from gatepost.sources.find import find_policies

SETTING = Setting(datetime(2026, 11, 25, 12, tzinfo=UTC))

TEMPLATE = """
Resources:
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement:
          - {{Effect: Allow, Action: sts:AssumeRole, Principal: {{AWS: {principal}}}, Condition: {{{condition}}}}}
"""


def messages(path: Path, principal: str = '"111122223333"', condition: str = "") -> list[str]:
    file = path / "template.yaml"
    file.write_text(TEMPLATE.format(principal=principal, condition=condition))
    rules = [rule for rule in ALL if rule.code == "GP_VALUE_NOT_QUOTED"]
    linted = lint_policies(find_policies([str(file)]), rules, SETTING, Suppressions(SETTING.now.date()))
    return [result.finding.message.partition(":")[0] for each in linted for result in each.results]


@pytest.mark.parametrize(
    ("principal", "says"),
    [
        ("012345670123", ["YAML reads `012345670123` as the number 1402433619"]),
        ("'012345670123'", []),
        ("089012345678", []),  # no octal number, so a string
        ("111122223333", []),
        ("[012345670123, !Ref AWS::AccountId]", ["YAML reads `012345670123` as the number 1402433619"]),
    ],
)
def test_an_account_of_octal_digits_is_another_number(principal: str, says: list[str], tmp_path: Path) -> None:
    assert messages(tmp_path, principal) == says


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ("StringEquals: {'aws:PrincipalTag/oncall': yes}", ["YAML reads `yes` as the boolean `true`"]),
        ("StringEquals: {'aws:PrincipalTag/oncall': 'yes'}", []),
        ("StringEquals: {'aws:PrincipalTag/release': 1.10}", ["YAML reads `1.10` as the number 1.1"]),
        ("Bool: {'aws:SecureTransport': yes}", []),
        ("Bool: {'aws:SecureTransport': true}", []),
        (
            "Null: {'aws:PrincipalTag/team': no}",
            ["YAML reads the key `Null` as no text, so that the template is refused"],
        ),
        ("'Null': {'aws:PrincipalTag/team': true}", []),
    ],
)
def test_a_word_of_yaml_is_told_where_a_text_is_meant(condition: str, says: list[str], tmp_path: Path) -> None:
    assert messages(tmp_path, condition=condition) == says
