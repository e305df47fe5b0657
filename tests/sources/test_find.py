"""Where policies come from: files and folders."""

from pathlib import Path

import pytest

from gatepost.sources.find import find_policies
from gatepost.sources.found import SourceError

POLICY = '{"Statement": []}'


def test_a_folder_gives_its_policies_in_order(tmp_path: Path) -> None:
    for name in ("b.json", "a.json", "notes.txt"):
        (tmp_path / name).write_text(POLICY)
    assert [Path(found.file).name for found in find_policies([str(tmp_path)])] == ["a.json", "b.json"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("absent.json", None, "absent.json: No such file or directory"),
        ("latin.json", b'{"a":\n "\xff"}', "latin.json:2:3: not UTF-8"),
        ("empty", "folder", "empty: expected a folder with policies: no `*.json` file in it"),
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
    assert str(raised.value).endswith(says)
