"""Policies in templates, plans and states: each file of `files/` comes to what stands beside it in `….expected.json`."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from gatepost.sources.find import find, find_policies
from gatepost.sources.found import FoundIdentity, FoundPolicy, SourceError, Unread
from gatepost.sources.given import Given

FILES = Path(__file__).parent / "files"
EXPECTED = ".expected.json"
NAMES = sorted(path.name for path in FILES.iterdir() if not path.name.endswith(EXPECTED))


def expected(name: str) -> Any:  # JSON, as people wrote it
    return json.loads((FILES / f"{name.rpartition('.')[0]}{EXPECTED}").read_text())


def policies(text: str, given: Given | None = None, *, path: Path, suffix: str = ".yaml") -> dict[str, Any]:
    """The policies of a template, by their addresses."""
    file = path / f"template{suffix}"
    file.write_text(text)
    found = find_policies([str(file)], given=given or Given())
    return {each.address: json.loads(each.text) for each in found}


def resource_of(value: str, given: Given | None = None, *, path: Path, head: str = "") -> Any:
    """What the resource of a statement comes to that is written as `value`."""
    statement = f"{{Effect: Allow, Action: ses:SendEmail, Resource: {value}}}"
    body = f"  P: {{Type: AWS::IAM::ManagedPolicy, Properties: {{PolicyDocument: {{Statement: {statement}}}}}}}"
    return policies(f"{head}\nResources:\n{body}\n", given, path=path)["P"]["Statement"].get("Resource")


def unknown(name: str) -> str:
    return f"${{gatepost:unresolved/{name}}}"


@pytest.mark.parametrize("name", NAMES)
def test_each_file_has_the_policies_that_stand_beside_it(name: str) -> None:
    found = list(find([str(FILES / name)]))
    described = [
        {"address": each.address, "kind": each.kind.value, "unresolved": list(each.unresolved), "policy": json.loads(each.text)}
        for each in found
        if isinstance(each, FoundPolicy)
    ]
    wanted = expected(name)
    assert described == [{part: value for part, value in each.items() if part != "places"} for each in wanted["policies"]]
    assert [str(each).removeprefix(f"{FILES}/") for each in found if isinstance(each, Unread)] == wanted["unread"]
    assert [each.identity for each in found if isinstance(each, FoundIdentity)] == wanted["identities"]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_found_in_a_policy_is_shown_where_it_was_written(name: str) -> None:
    places = {each["address"]: each["places"] for each in expected(name)["policies"]}
    for policy in find_policies([str(FILES / name)], tell=str):
        wanted: Mapping[str, str] = places[policy.address]
        assert {text: "{}:{}".format(*policy.places.place(policy.text.index(text))) for text in wanted} == wanted


@pytest.mark.parametrize("name", [name for name in NAMES if ".sam." not in name])  # what SAM makes is written nowhere
def test_every_text_of_a_policy_without_functions_in_it_stands_where_it_is_said_to_stand(name: str) -> None:
    lines = (FILES / name).read_text().split("\n")
    for policy in find_policies([str(FILES / name)], tell=str):
        for text in words(json.loads(policy.text)):
            line, column = policy.places.place(policy.text.index(json.dumps(text)[1:-1]))
            assert lines[line - 1][column - 1 :].startswith(text), (policy.address, text, line, column)


def words(value: Any) -> Iterator[str]:
    """The strings in which nothing is replaced."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from words(each)
    elif isinstance(value, str) and "${" not in value and value.startswith(("ses:", "arn:aws:iam")):
        yield value


@pytest.mark.parametrize(
    ("value", "comes_to"),
    [
        ("!Ref Domain", "example.com"),
        ("!Ref Elsewhere", unknown("Elsewhere")),
        ("!Ref Hidden", unknown("Hidden")),  # the value given for it is the name of what is meant
        ("!Ref List", ["a", "b"]),
        ("!GetAtt Mailer.Arn", "arn:aws:iam::123456789012:role/mailer"),
        ("!GetAtt [Mailer, RoleId]", unknown("Mailer.RoleId")),
        ('!Sub "${Domain}/${AWS::Region}/${!x}"', f"example.com/{unknown('AWS::Region')}/${{x}}"),
        ('!Sub "${Mailer.Arn}/*"', "arn:aws:iam::123456789012:role/mailer/*"),
        ('!Sub ["${A}${B}", {A: !Ref Domain, B: 7}]', "example.com7"),
        ('!Join ["-", [a, !Ref Domain, 3]]', "a-example.com-3"),
        ('!Join [",", !Ref List]', "a,b"),
        ('!Join [",", !Ref Others]', unknown("Fn::Join@13:128")),
        ("!Ref Others", unknown("Others[]")),
        ('!Select [1, !Split [".", !Ref Domain]]', "com"),
        ("!Select [0, [a, b]]", "a"),
        ('!Split ["/", a/b/c]', ["a", "b", "c"]),
        ("!ImportValue shared", "arn:aws:ses:::shared"),
        ('!ImportValue {"Fn::Sub": "${Stack}-out"}', unknown("ImportValue/<Stack>-out")),
        ("!FindInMap [Senders, example.com, To]", "all@example.com"),
        ("!FindInMap [Senders, !Ref Domain, All]", ["x", "y"]),
        ("!FindInMap [Senders, !Ref Stack, To]", unknown("Senders.<Stack>.To[]")),
        ('!FindInMap [Senders, no, To, {DefaultValue: "d"}]', "d"),
        ('["*", !Ref AWS::NoValue]', ["*"]),
        ("!Ref AWS::NoValue", None),
        ("!GetAZs ''", unknown("Fn::GetAZs@13:128[]")),
        ("!If [Same, x, y]", "x"),
        ("!ToJsonString [a]", '[\n  "a"\n]'),
        ("!ToJsonString {a: !Ref Domain}", '{\n  "a": "example.com"\n}'),
        ("'{{resolve:ssm:/a}}/b'", f"{unknown('resolve:ssm:/a')}/b"),
        ("yes", True),
        ("1e3", "1e3"),
        ("2012-10-17", "2012-10-17"),
        ("0123", "83"),
        ("012345670123", "1402433619"),
        ("089012345678", "089012345678"),
        ("123456789012", "123456789012"),
        ("0x1F", "31"),
        ("1.10", "1.1"),
        ("'012345670123'", "012345670123"),
        ("true", True),
        ("'true'", "true"),
        ("~", None),
    ],
)  # fmt: skip
def test_a_function_comes_to_what_is_given_and_else_to_a_variable(tmp_path: Path, value: str, comes_to: object) -> None:
    head = """Parameters:
  Domain: {Type: String}
  Stack: {Type: String, Default: mail}
  Hidden: {Type: AWS::SSM::Parameter::Value<String>}
  List: {Type: CommaDelimitedList}
  Others: {Type: List<Number>}
Mappings:
  Senders:
    example.com: {To: all@example.com, All: [x, y]}
Conditions:
  Same: !Equals [!Ref Domain, example.com]"""
    given = Given(
        {"Domain": "example.com", "Hidden": "/a", "List": "a, b", "Mailer.Arn": "arn:aws:iam::123456789012:role/mailer"},
        {"shared": "arn:aws:ses:::shared"},
    )
    assert resource_of(value, given, path=tmp_path, head=head) == comes_to


def test_a_default_counts_only_where_it_is_asked_for(tmp_path: Path) -> None:
    head = "Parameters: {Stack: {Type: String, Default: mail}}"
    assert resource_of("!Ref Stack", path=tmp_path, head=head) == unknown("Stack")
    assert resource_of("!Ref Stack", Given(takes_defaults=True), path=tmp_path, head=head) == "mail"
    assert resource_of("!Ref Stack", Given({"Stack": "x"}, takes_defaults=True), path=tmp_path, head=head) == "x"


def test_two_names_that_differ_by_case_alone_are_two_variables(tmp_path: Path) -> None:
    first, second, third = resource_of("[!Ref Domain, !Ref domain, !Ref Domain]", path=tmp_path)
    assert first == third == unknown("Domain")
    assert second.lower() != first.lower()


CONDITIONS = """Conditions:
  Prod: !Equals [!Ref Stage, prod]
  Dev: !Equals [dev, !Ref Stage]
  Other: !Not [!Or [!Condition Prod, !Condition Dev]]
  Big: !And [!Equals [!Ref Size, big], !Equals [a, a]]
  Never: !And [!Equals [!Ref Size, big], !Equals [a, b]]
"""


@pytest.mark.parametrize(
    ("value", "variants"),
    [
        ("!If [Prod, p, q]", {"[Prod=true]": "p", "[Prod=false]": "q"}),
        ("!If [Prod, p, p]", {"": "p"}),
        ("!If [Never, p, q]", {"": "q"}),
        ("[!If [Prod, p, P], !If [Prod, q, Q]]", {"[Prod=true]": ["p", "q"], "[Prod=false]": ["P", "Q"]}),
        (
            "[!If [Prod, p, P], !If [Dev, d, D], !If [Other, o, O]]",
            {
                "[Prod=true, Dev=false, Other=false]": ["p", "D", "O"],
                "[Prod=false, Dev=true, Other=false]": ["P", "d", "O"],
                "[Prod=false, Dev=false, Other=true]": ["P", "D", "o"],
            },
        ),
        ("!If [Prod, !If [Big, b, B], q]", {"[Prod=true, Big=true]": "b", "[Prod=true, Big=false]": "B", "[Prod=false]": "q"}),
    ],
)
def test_an_undecided_condition_makes_a_policy_for_each_way_in_which_it_can_be_decided(
    tmp_path: Path, value: str, variants: dict[str, object]
) -> None:
    found = policies(
        f"{CONDITIONS}Resources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n"
        f"    Properties: {{PolicyDocument: {{Statement: {{Resource: {value}}}}}}}\n",
        path=tmp_path,
    )
    assert {address[1:].strip(): each["Statement"]["Resource"] for address, each in found.items()} == variants


def test_a_resource_that_will_not_be_there_has_no_policy(tmp_path: Path) -> None:
    text = (
        f"{CONDITIONS}Resources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Condition: Prod\n"
        "    Properties: {PolicyDocument: {Statement: {Resource: !If [Prod, p, q]}}}\n"
    )
    assert policies(text, path=tmp_path) == {"P": {"Statement": {"Resource": "p"}}}
    assert policies(text, Given({"Stage": "dev"}), path=tmp_path) == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Resources:\n  A: {Type: x}\n  A: {Type: y}\n", ":3:3: the key `A` stands here a second time"),
        ("Resources:\n  A: {Type: x\n  B: 1\n", ":3:4: no YAML: did not find expected ',' or '}'"),
        ("Resources:\n  A: &a {Type: x}\n  B: {<<: *a}\n", ":3:7: CloudFormation takes no hash merges (`<<`)"),
        ("Resources:\n  ? [a]\n  : 1\n", ":2:5: expected a key of one word"),
        ("Resources: &a\n  A: *a\n", ":1:12: nested more than 64 levels deep, or aliases that grow without end"),
        (
            "# Resources\n- a\n",
            (
                ":2:1: expected a policy (`Statement`), a CloudFormation template (`Resources`), serverless.yml, "
                "`terraform show -json`, or what `aws iam get-role-policy` and its like print"
            ),
        ),
    ],
)
def test_what_is_no_template_is_refused_at_its_place(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SourceError) as raised:
        policies(text, path=tmp_path)
    assert str(raised.value).removeprefix(str(tmp_path / "template.yaml")) == says


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("!If [Absent, a, b]", "no condition `Absent` in Conditions"),
        ("!If [Round, a, b]", "the condition `Round` hangs on itself"),
        ("!If [Deep, a, b]", "the condition `Deep` hangs on itself"),
        ("!If [a, b]", "Fn::If: expected a list of 3"),
        ("!Select [7, [a]]", "Fn::Select: expected a number below 1"),
        ("!FindInMap [M, a, b]", "Fn::FindInMap: no `M.a.b` in Mappings"),
        ('!Sub "${aws:username}"', "`${aws:username}`: a policy's variable is written `${!aws:username}` in Fn::Sub"),
        ("!Sub [a]", "Fn::Sub: expected a list of 2"),
        ("!Join [a, b, c]", "Fn::Join: expected a list of 2"),
        ("!Ref [a]", "Ref: expected a name"),
    ],
)
def test_a_function_used_wrongly_is_refused_at_its_place(tmp_path: Path, value: str, says: str) -> None:
    with pytest.raises(SourceError) as raised:
        resource_of(
            value, path=tmp_path, head="Conditions: {Round: !Not [!Condition Round], Deep: !Equals [!If [Deep, a, b], a]}"
        )
    assert raised.value.problem == says
    assert raised.value.line > 0


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ("!Ref Policy", "the policy is `Policy`, which is known only later"),
        ("{Statement: !Ref Statements}", "a statement is `Statements`, which is known only later"),
        ("{Version: !Ref V, Statement: []}", "its Version is `V`, which is known only later"),
        ("{Statement: [{Effect: !Ref E}]}", "Effect is `E`, which is known only later"),
        ("{Statement: [{Condition: {Bool: !Ref B}}]}", "Bool is `B`, which is known only later"),
        ("!Sub '{\"Statement\": [${S}]}'", "what is unknown is more than a string in the JSON"),
        ("{Statement: {Resource: [!If [A,a,b],!If [B,a,b],!If [C,a,b],!If [D,a,b],!If [E,a,b]]}}", None),
    ],
)
def test_a_policy_that_cannot_be_read_yet_is_told_and_no_error(tmp_path: Path, document: str, problem: str | None) -> None:
    conditions = "".join(f"  {each}: !Equals [!Ref {each}, x]\n" for each in "ABCDE")
    file = tmp_path / "template.yaml"
    file.write_text(
        f"Conditions:\n{conditions}Resources:\n  P: {{Type: AWS::IAM::Policy, Properties: {{PolicyDocument: {document}}}}}\n"
    )
    found = list(find([str(file)]))
    unread = [each for each in found if isinstance(each, Unread)]
    assert [(each.problem, each.line > 0) for each in unread] == [
        (problem or "it has more than 16 variants by its conditions", True)
    ]
    assert problem is None or unread == found


def test_json_in_a_string_that_is_no_policy_is_given_as_it_is_for_the_reader_to_refuse(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    values = {"root_module": {"resources": [{"address": "a.b", "type": "aws_iam_policy", "values": {"policy": "{nothing"}}]}}
    file.write_text(json.dumps({"format_version": "1.0", "values": values}))
    (found,) = find_policies([str(file)])
    assert found.text == "{nothing"
    assert found.places.place(1) == (1, file.read_text().index("nothing") + 1)


def test_the_modules_of_a_plan_have_variables_of_their_own(tmp_path: Path) -> None:
    addresses = ['module.mail["EU"].data.aws_iam_policy_document.send', 'module.mail["eu"].data.aws_iam_policy_document.send']
    changes = [
        {
            "address": address,
            "mode": "data",
            "type": "aws_iam_policy_document",
            "change": {
                "actions": ["read"],
                "after": {"statement": [{"actions": ["ses:SendEmail"]}]},
                "after_unknown": {"json": True, "statement": [{"actions": [False], "resources": True}]},
            },
        }
        for address in addresses
    ]
    file = tmp_path / "plan.json"
    file.write_text(json.dumps({"format_version": "1.2", "resource_changes": changes}))
    first, second = find_policies([str(file)])
    assert [first.address, second.address] == addresses
    assert first.unresolved == ("module.mail[_EU_].data.aws_iam_policy_document.send.statement[0].resources[]",)
    assert first.unresolved[0].lower() != second.unresolved[0].lower()
