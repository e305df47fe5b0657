"""Tags of analyzers."""

from collections.abc import Mapping, Sequence
from typing import Final

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.access_analyzer.errors import invalid
from gatepost.services.access_analyzer.needs import about_analyzer, named_analyzer, on_analyzer
from gatepost.store import analyzers
from gatepost.store.transaction import Transaction

MOST_TAGS: Final = 50
RESERVED: Final = "aws:"


@operation("accessanalyzer", "TagResource", needs=on_analyzer, resources=about_analyzer)
def tag_resource(call: Call, tx: Transaction, *, resource_arn: str, tags: Mapping[str, str]) -> Shape:  # noqa: ARG001 -- read by `named_analyzer`
    """Set tags; others stay."""
    analyzer = named_analyzer(call, tx)
    analyzers.set_tags(tx, analyzer, checked_tags({**analyzer.tags, **tags}))
    return {}


@operation("accessanalyzer", "UntagResource", needs=on_analyzer, resources=about_analyzer)
def untag_resource(call: Call, tx: Transaction, *, resource_arn: str, tag_keys: Sequence[str]) -> Shape:  # noqa: ARG001 -- the same
    """Take tags away."""
    analyzer = named_analyzer(call, tx)
    analyzers.set_tags(tx, analyzer, {key: value for key, value in analyzer.tags.items() if key not in tag_keys})
    return {}


@operation("accessanalyzer", "ListTagsForResource", needs=on_analyzer, resources=about_analyzer)
def list_tags_for_resource(call: Call, tx: Transaction, *, resource_arn: str) -> Shape:  # noqa: ARG001 -- the same
    """The tags of an analyzer."""
    return {"tags": dict(named_analyzer(call, tx).tags)}


def checked_tags(tags: Mapping[str, str]) -> Mapping[str, str]:
    """The tags, held against what AWS allows."""
    if len(tags) > MOST_TAGS:
        raise invalid(f"expected at most {MOST_TAGS} tags")
    for key, value in tags.items():
        if not 0 < len(key) <= 128 or len(value) > 256:
            raise invalid(f"the tag `{key}`: expected a key of 1 to 128 characters and a value of at most 256")
        if key.lower().startswith(RESERVED):
            raise invalid(f"the tag `{key}`: keys that begin with `aws:` are AWS's own")
    return tags
