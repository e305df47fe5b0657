"""A rule's own examples, linted: what `gatepost rule` and the page of the rules show."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import Final

from gatepost.lint.document import Document
from gatepost.lint.examples import ACCOUNT, ALICE, DOMAIN
from gatepost.lint.rule import Example, Rule
from gatepost.lint.setting import Limit, Setting
from gatepost.lint.usage import Usage, distinctions_of, uses_of
from gatepost.policy.json_reader import Source
from gatepost.policy.model import Effect, Policy, Statement
from gatepost.policy.request import Request
from gatepost.reports.run import Linted, lint_policy
from gatepost.reports.suppressions import Suppressions
from gatepost.reports.written import written
from gatepost.sources.found import FoundPolicy

# The examples speak of windows that are over, open, and to come: they are judged by one time.
# One of them is held in by a boundary that allows SES alone.
ONLY_SES: Final = Limit(
    "the boundary boundary.json", (Policy((Statement(Effect.ALLOW, actions=("ses:*",), resources=("*",)),)),)
)
SETTING: Final = Setting(datetime(2026, 11, 25, 12, tzinfo=UTC), aws_mode=True, limits=(ONLY_SES,))
FILE: Final = "policy.json"
DAYS: Final = 90


def example_usage(document: Document) -> Usage:
    """What a log would tell of an example: alice has sent a letter."""
    time = SETTING.now - timedelta(days=1)
    context = {"ses:FromAddress": "news@example.com", "ses:Recipients": ["reader@example.org"]}
    policies = () if document.policy is None else (document.policy,)
    distinctions = frozenset(chain.from_iterable(map(distinctions_of, policies)))
    uses = uses_of([(time, Request(ALICE, "ses:SendEmail", DOMAIN, context=context))], distinctions)
    return Usage(ACCOUNT, SETTING.now - timedelta(days=DAYS), DAYS, uses, distinctions)


def example_text(example: Example) -> str:
    """An example as a file holds it."""
    return example if isinstance(example, str) else "\n".join(written(example)) + "\n"


def linted_example(rule: Rule) -> Linted:
    """What a rule finds in its bad example."""
    text = example_text(rule.bad)
    policy = FoundPolicy(text, rule.kind, FILE, Source(text), whole=True)
    setting = replace(SETTING, usage=example_usage(Document(text, rule.kind)))
    return lint_policy(policy, (rule,), setting, Suppressions(date.min))
