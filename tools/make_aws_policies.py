"""Write `src/gatepost/store/aws_policies.json.xz` from the managed policies of AWS that a wheel of moto carries.

Of each its path, its dates, its default version and that version's document; the wheel has neither IDs nor descriptions.
Run as `python tools/make_aws_policies.py moto-….whl`; the result is committed.
"""

import json
import lzma
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

TARGET = Path(__file__).parent.parent / "src/gatepost/store/aws_policies.json.xz"
MEMBER = "moto/iam/aws_managed_policies.py"
QUOTES = '"""'  # the module is one JSON text between these
ORDER = (
    "Version", "Id", "Statement",
    "Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource", "Condition",
)  # fmt: skip


def main(wheel: Path) -> None:
    """Read the wheel, keep what is served, write it."""
    with ZipFile(wheel) as archive:
        policies = json.loads(archive.read(MEMBER).decode().split(QUOTES)[1])
    rows = [_row(name, policy) for name, policy in sorted(policies.items(), key=lambda each: str(each[0]).lower())]
    text = json.dumps(rows, separators=(",", ":"))
    TARGET.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


def _row(name: str, policy: Mapping[str, Any]) -> list[Any]:
    """Name, path, creation, change of the default version, its number, its document: as `AwsPolicy` reads them."""
    document = json.dumps(_ordered(policy["Document"]), separators=(",", ":"))
    version = int(policy["DefaultVersionId"].removeprefix("v"))
    return [name, policy["Path"], policy["CreateDate"], policy["UpdateDate"], version, document]


def _ordered(value: Any) -> Any:  # noqa: ANN401 -- JSON
    """A document whose elements stand in the order of the grammar; the wheel has them by the alphabet."""
    if isinstance(value, list):
        return [_ordered(each) for each in value]
    if not isinstance(value, dict):
        return value
    names = sorted(value, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))
    return {name: _ordered(value[name]) for name in names}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
