"""The pytest plugin: `pytest --gatepost` collects files of intents (`gatepost.intents.toml`), each intent a test.

What it needs is loaded when the option is given.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gatepost.claims.intents import Intent


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option `--gatepost`."""
    parser.getgroup("gatepost").addoption(
        "--gatepost", action="store_true", help="collect files of Gatepost's intents as tests"
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "IntentFile | None":
    """A file of intents, where they are asked for."""
    named = file_path.name == "intents.toml" or file_path.name.endswith(".intents.toml")
    return IntentFile.from_parent(parent, path=file_path) if named and parent.config.getoption("--gatepost") else None


class IntentFile(pytest.File):
    """A file of intents."""

    def collect(self) -> "Iterator[IntentItem]":
        """Each intent as a test."""
        from gatepost.sources.found import SourceError  # noqa: PLC0415 -- loads when there is something to test
        from gatepost.sources.intents import intents_of  # noqa: PLC0415 -- the same

        try:
            intents = intents_of(self.path)
        except SourceError as error:
            raise self.CollectError(str(error)) from None
        for intent in intents:
            yield IntentItem.from_parent(self, name=intent.name, intent=intent)


class IntentItem(pytest.Item):
    """One intent."""

    def __init__(self, *, intent: "Intent", **given: Any) -> None:  # noqa: ANN401 -- pytest's own
        super().__init__(**given)
        self.intent = intent

    def runtest(self) -> None:
        """Ask it; IntentFailed where it does not hold or cannot be told."""
        from gatepost.cli.intent_output import reasons  # noqa: PLC0415 -- loads when there is something to test
        from gatepost.sources.found import SourceError  # noqa: PLC0415 -- the same
        from gatepost.sources.intents import outcome  # noqa: PLC0415 -- the same

        try:
            found = outcome(self.intent, self.path)
        except SourceError as error:
            raise IntentFailed(str(error)) from None
        if found.proof is None or not found.proof.holds:
            raise IntentFailed("\n".join(reasons(found)))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ANN401 -- pytest's own
        """What shows that the intent does not hold, without a traceback."""
        failed = isinstance(excinfo.value, IntentFailed)
        return str(excinfo.value) if failed else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """File, line (from 0) and name."""
        return self.path, max(self.intent.line - 1, 0), self.intent.name


class IntentFailed(Exception):
    """An intent that does not hold, or cannot be told."""
