"""Where policies come from: standard input, files and folders, told by what is in them."""

import io
import json
import sys
from pathlib import Path

import pytest

from gatepost.policy.read import PolicyKind
from gatepost.sources.find import find_policies
from gatepost.sources.found import SourceError

POLICY = '{"Statement": []}'
TEMPLATE = """Resources:
  Send:
    Type: AWS::IAM::ManagedPolicy
    Properties: {PolicyDocument: {Statement: []}}
"""
PLAN = json.dumps(
    {
        "format_version": "1.2",
        "planned_values": {
            "root_module": {
                "resources": [{"address": "aws_iam_policy.send", "type": "aws_iam_policy", "values": {"policy": POLICY}}],
            }
        },
    }
)


class Piped:
    """Standard input that holds these bytes."""

    def __init__(self, content: bytes) -> None:
        self.buffer = io.BytesIO(content)


def test_a_folder_gives_what_is_in_its_files_and_passes_over_the_others(tmp_path: Path) -> None:
    for name, content in {
        "b.json": POLICY,
        "a.json": POLICY,
        "notes.txt": POLICY,
        "lost.json": "",
        "commented.json": '// mine\n{"Statement": []}',
        "tsconfig.json": '{ // strict\n "strict": true}',
        "package.json": '{"name": "web", "version": "1.0.0"}',
        "list.json": "[1, 2]",
        "sub/stack.yml": TEMPLATE,
        "sub/chart.yaml": "image: {{ .Values.image }}\n",
        "sub/many.yaml": "a: 1\n---\nb: 2\n",
        "sub/plan.json": PLAN,
        "sub/typo.json": '{"Version": "2012-10-17", "Statment": []}',
        ".git/c.json": POLICY,
        "sub/.terraform/d.json": POLICY,
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    found = [each.name.removeprefix(f"{tmp_path}/") for each in find_policies([str(tmp_path)])]
    assert found == [
        "a.json",
        "b.json",
        "commented.json",
        "lost.json",
        "sub/plan.json: aws_iam_policy.send",
        "sub/stack.yml: Send",
        "sub/typo.json",
    ]


@pytest.mark.parametrize(
    ("content", "is_whole", "address"),
    [
        (POLICY, True, ""),
        ("{nothing", True, ""),
        ("// a comment\n{}", True, ""),
        ("", True, ""),
        ("Statement: []", False, ""),
        ('"Resources": {"Send": {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: {}}}}', False, "Send"),
        (TEMPLATE, False, "Send"),
        (PLAN, False, "aws_iam_policy.send"),
    ],
)
def test_what_standard_input_is_is_told_by_what_is_in_it(
    monkeypatch: pytest.MonkeyPatch, content: str, is_whole: bool, address: str
) -> None:
    monkeypatch.setattr("sys.stdin", Piped(content.encode()))
    (found,) = find_policies(["-"], PolicyKind.RESOURCE)
    assert (found.file, found.whole, found.address, found.content) == ("-", is_whole, address, content)
    assert found.kind is (PolicyKind.IDENTITY if address else PolicyKind.RESOURCE)
    assert not is_whole or found.text == content


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("absent.json", None, "absent.json: No such file or directory"),
        ("latin.json", b'{"a":\n "\xff"}', "latin.json:2:3: not UTF-8"),
        ("mark.json", b"\xef\xbb\xbf{}", "mark.json:1:1: a byte order mark stands before the document"),
        (
            "empty",
            "folder",
            "empty: expected a folder with policies, templates or plans: none in its JSON and YAML files",
        ),
        (
            "package.json",
            b'{"name": "web"}',
            (
                "package.json:1:1: expected a policy (`Statement`), a CloudFormation template (`Resources`), "
                "serverless.yml, `terraform show -json`, or what `aws iam get-role-policy` and its like print"
            ),
        ),
        ("stack.json", b'{"Resources":\n {"A": }}', "stack.json:2:8: expected a value, found `}`"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes | str | None, says: str) -> None:
    path = tmp_path / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content:
        path.mkdir()
    with pytest.raises(SourceError) as raised:
        list(find_policies([str(path)]))
    assert str(raised.value).removeprefix(f"{tmp_path}/") == says


def test_what_is_known_only_later_is_a_note_on_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "stack.yaml"
    file.write_text(TEMPLATE.replace("{Statement: []}", "!Ref Later"))
    assert list(find_policies([str(file)])) == []
    noted = capsys.readouterr()
    assert (noted.out, noted.err) == (
        "",
        f"gatepost: {file}:4:34: Send: not read: the policy is `Later`, which is known only later\n",
    )


@pytest.mark.parametrize(
    ("name", "part", "says"),
    [
        ("stack.yaml", "yaml", "YAML is read with PyYAML: install `gatepost[templates]`"),
        ("aws://", "boto3", "an account is asked through boto3: install `gatepost[aws]`"),
    ],
)
def test_a_part_that_is_not_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, part: str, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stack.yaml").write_text(TEMPLATE)
    monkeypatch.setitem(sys.modules, part, None)
    with pytest.raises(SourceError) as raised:
        list(find_policies([name]))
    assert str(raised.value) == f"{name}: {says}"
