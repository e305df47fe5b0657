"""What a file is, told by what is in it: a policy, a CloudFormation template, a Terraform plan, or none of these."""

import re
from collections.abc import Iterator
from enum import Enum
from typing import Final

from gatepost.policy.errors import PolicyError
from gatepost.policy.json_reader import decode
from gatepost.policy.model import VERSION_2008, VERSION_2012
from gatepost.policy.read import PolicyKind
from gatepost.sources.found import Found, FoundPolicy, SourceError
from gatepost.sources.given import Given
from gatepost.sources.json_tree import read_tree, write_tree
from gatepost.sources.text import Text, text_of
from gatepost.sources.tree import Fields, Tree, fields, string

JSON_START: Final = re.compile(r"\s*(?:[{\[]|//|/\*)")  # the comments that some editors let stand in JSON
YAML_NAMES: Final = (".yaml", ".yml", ".template")
# What speaks of a template or a policy in a YAML file of which nobody said that it is one.
YAML_SIGN: Final = re.compile(r"^(?:\"?Resources\"?|Statement|provider)\s*:", re.MULTILINE)
# What speaks of a policy in JSON that cannot be read, as that with comments; an empty file is one that was lost.
POLICY_SIGN: Final = re.compile(r'^\s*$|"(?:statement|effect|version)"', re.IGNORECASE)
PLAN_PARTS: Final = ("planned_values", "resource_changes", "values")
TEMPLATE_SIGN: Final = re.compile(r'"(?:AWSTemplateFormatVersion|Resources|terraform_version|planned_values)"\s*:')
CONFIGURATION: Final = (".tf", ".tf.json", ".tofu")
BINARY_PLAN: Final = b"PK\x03\x04"
SHOW_PLAN: Final = "name the JSON of a plan, `terraform plan -out=plan && terraform show -json plan > plan.json`"


class Sort(Enum):
    """What a document is."""

    POLICY = "policy"
    TEMPLATE = "template"
    PLAN = "plan"
    SERVERLESS = "serverless"
    ANSWER = "answer"
    OTHER = "other"


def read_content(content: bytes, file: str, kind: PolicyKind, given: Given) -> Iterator[Found]:
    """What is found in a file that somebody named; SourceError where it is nothing that holds policies.

    What is no JSON is given as a policy, for whoever reads it to say what is wrong.
    """
    if file.endswith(CONFIGURATION) or content.startswith(BINARY_PLAN):
        raise SourceError(file, f"Terraform's own form is not read: {SHOW_PLAN}")
    text = _text(content, file)
    yield from (_read_yaml if _is_yaml(text.text, file) else _read_json)(text, file, kind, given)


def read_listed(content: bytes, file: str, kind: PolicyKind, given: Given) -> Iterator[Found]:
    """What is found in a file of a folder: nothing in a file that is none of ours."""
    text = _text(content, file)
    is_yaml = _is_yaml(text.text, file)
    if is_yaml and not YAML_SIGN.search(text.text):
        return
    try:
        for found in _read_yaml(text, file, kind, given) if is_yaml else _read_json(text, file, kind, given):
            if not isinstance(found, FoundPolicy) or not found.whole or POLICY_SIGN.search(found.text):
                yield found
    except NothingHere:
        return


def read_before(content: bytes, file: str, kind: PolicyKind) -> Iterator[Found]:
    """The policies as they are before a Terraform plan is applied; SourceError where the file is no plan."""
    text = _text(content, file)
    tree = read_tree(text, file)
    if _sort(tree) is not Sort.PLAN or not isinstance(tree, Fields) or "resource_changes" not in tree.members:
        raise SourceError(file, f"expected a second policy, or a plan with its changes: {SHOW_PLAN}")
    from gatepost.sources.terraform import prior_policies  # noqa: PLC0415 -- a plain policy needs none of it

    yield from prior_policies(tree, file, text, kind)


class NothingHere(SourceError):
    """A file that is no policy, no template and no plan."""


def _text(content: bytes, file: str) -> Text:
    try:
        return text_of(decode(content))
    except PolicyError as error:
        raise SourceError(file, error.problem, error.line, error.column) from None


def _is_yaml(text: str, file: str) -> bool:
    return not JSON_START.match(text) and (file.endswith(YAML_NAMES) or bool(YAML_SIGN.search(text)))


def _read_json(text: Text, file: str, kind: PolicyKind, given: Given) -> Iterator[Found]:
    try:
        tree = read_tree(text, file)
    except SourceError:
        if file.endswith((".yaml", ".yml")):  # which may begin with a brace as well
            yield from _read_yaml(text, file, kind, given)
        elif TEMPLATE_SIGN.search(text.text):
            raise
        else:
            yield _whole(text, file, kind)
        return
    if _sort(tree) is Sort.POLICY:
        yield _whole(text, file, kind)
    else:
        yield from _read_tree(tree, text, file, kind, given)


def _read_yaml(text: Text, file: str, kind: PolicyKind, given: Given) -> Iterator[Found]:
    from gatepost.sources.yaml_tree import read_yaml  # noqa: PLC0415 -- PyYAML loads where there is YAML

    yield from _read_tree(read_yaml(text, file), text, file, kind, given)


def _whole(text: Text, file: str, kind: PolicyKind) -> FoundPolicy:
    return FoundPolicy(text.text, kind, file, text, whole=True, content=text.text)


def _read_tree(tree: Tree, text: Text, file: str, kind: PolicyKind, given: Given) -> Iterator[Found]:
    match _sort(tree), tree:
        case Sort.TEMPLATE, Fields():
            from gatepost.sources.cloudformation import template_policies  # noqa: PLC0415 -- a plain policy needs none of it

            yield from template_policies(tree, file, text, given)
        case Sort.PLAN, Fields():
            from gatepost.sources.terraform import plan_policies  # noqa: PLC0415 -- the same

            yield from plan_policies(tree, file, text, kind)
        case Sort.SERVERLESS, Fields():
            from gatepost.sources.serverless import serverless_policies  # noqa: PLC0415 -- the same

            yield from serverless_policies(tree, file, text, given)
        case Sort.ANSWER, Fields():
            from gatepost.sources.answers import answer_policies  # noqa: PLC0415 -- the same

            yield from answer_policies(tree, file, text)
        case Sort.POLICY, _:
            written = write_tree(tree)
            yield FoundPolicy(written.text, kind, file, written, content=text.text)
        case _:
            expected = (
                "a policy (`Statement`), a CloudFormation template (`Resources`), serverless.yml, `terraform show -json`, or what "
                "`aws iam get-role-policy` and its like print"
            )
            raise NothingHere(file, f"expected {expected}", *tree.place)


def _sort(tree: Tree) -> Sort:
    if not isinstance(tree, Fields):
        return Sort.OTHER
    names = {name.lower() for name in tree.members}
    if "statement" in names or string(tree.get("Version")) in (VERSION_2008, VERSION_2012):
        return Sort.POLICY
    if any(isinstance(each, Fields) and "Type" in each.members for _, each in fields(tree.get("Resources"))):
        return Sort.TEMPLATE
    if names & {"awstemplateformatversion", "transform"}:
        return Sort.TEMPLATE
    if names & {"format_version", "terraform_version"} and names & set(PLAN_PARTS):
        return Sort.PLAN
    if "service" in tree.members and isinstance(tree.get("provider"), Fields):
        return Sort.SERVERLESS
    from gatepost.sources.answers import is_answer  # noqa: PLC0415 -- a plain policy needs none of it

    return Sort.ANSWER if is_answer(tree) else Sort.OTHER
