"""Intents: what policies must and must not do, kept in a file beside them, as TOML.

    account = "123456789012"            # what stands before the first intent holds for all that do not say it themselves
    policies = ["team.json"]

    [[intent]]
    name = "only the executives write as the CEO"
    never = "ses:Send* from ceo@example.com unless role/exec"
    reason = "the incident of March"

Each intent asks one question: `must-allow` (every request that the claim describes is allowed), `must-deny` or `never` (none is),
`equivalent-to`, `narrower-than`, `disjoint-from` (a file or folder), `no-public = true`. Files are named from the intents' folder.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gatepost.claims.claim import Claim
from gatepost.claims.errors import ClaimError
from gatepost.claims.layers import Layers
from gatepost.claims.read import read_claim
from gatepost.policy.errors import did_you_mean
from gatepost.policy.principal import is_account

CLAIMS: Final = ("must-allow", "must-deny", "never")
COMPARED: Final = ("equivalent-to", "narrower-than", "disjoint-from")
QUESTIONS: Final = (*CLAIMS, *COMPARED, "no-public")
LISTS: Final = ("policies", "resource-policies", "session-policies", "scps")
TEXTS: Final = ("boundary", "principal", "account", "region")
TOLD: Final = ("name", "reason")
PLACE: Final = re.compile(r"^(.*) \(at (?:line (\d+), column (\d+)|end of document)\)$", re.DOTALL)
Toml = Any  # a document is checked key by key as it is read


class IntentError(ValueError):
    """A file that holds no intents: line and column (0 where they cannot be told), and what was expected."""

    def __init__(self, problem: str, line: int = 0, column: int = 0) -> None:
        self.problem = problem
        self.line = line
        self.column = column
        super().__init__(f"{line}:{column}: {problem}" if line else problem)


@dataclass(frozen=True, slots=True)
class Intent:
    """One intent. `claim` is what a question of `CLAIMS` asks; `other` the files that `COMPARED` ones compare with."""

    name: str
    question: str
    text: str
    claim: Claim | None = None
    layers: Layers = field(default_factory=Layers)
    reason: str = ""
    line: int = field(default=0, compare=False)


def read_intents(text: str) -> tuple[Intent, ...]:
    """The intents of a document; IntentError with place and what was expected where it holds none."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax(str(error), text) from None
    reader = _Reader(text, document)
    return tuple(reader.intents())


def _syntax(message: str, text: str) -> IntentError:
    found = PLACE.match(message)
    if found is None:
        return IntentError(f"no TOML: {message}")
    problem, line, column = found.groups()
    at = (int(line), int(column)) if line else (text.count("\n") + 1, len(text) - text.rfind("\n"))
    return IntentError(f"no TOML: {problem[:1].lower()}{problem[1:]}", *at)


class _Reader:
    def __init__(self, text: str, document: Mapping[str, Toml]) -> None:
        self._lines = text.splitlines()
        self._document = document
        entries = document.get("intent")
        headers = [number for number, line in enumerate(self._lines) if re.match(r"\s*\[\[\s*intent\s*\]\]", line)]
        self._headers = headers if isinstance(entries, list) and len(headers) == len(entries) else []

    def intents(self) -> Iterator[Intent]:
        common = {key: value for key, value in self._document.items() if key != "intent"}
        self._known(common, (*LISTS, *TEXTS), None)
        entries = self._document.get("intent")
        if not isinstance(entries, list) or not entries:
            raise IntentError("expected at least one `[[intent]]`")
        for number, entry in enumerate(entries):
            if not isinstance(entry, Mapping):
                raise IntentError("expected `intent` as tables: `[[intent]]`")
            yield self._intent(common, entry, number)

    def _intent(self, common: Mapping[str, Toml], entry: Mapping[str, Toml], number: int) -> Intent:
        self._known(entry, (*TOLD, *QUESTIONS, *LISTS, *TEXTS), number)
        name = entry.get("name")
        if not isinstance(name, str) or not name:
            raise self._error("expected `name`, what the intent is called", number, "name")
        asked = [question for question in QUESTIONS if question in entry]
        if len(asked) != 1:
            listed = ", ".join(f"`{each}`" for each in QUESTIONS)
            raise self._error(f"`{name}`: expected one of {listed}", number, asked[1] if asked else None)
        (question,) = asked
        layers = self._layers({**common, **entry}, number)
        if not layers.policies and not layers.resource_policies:
            raise self._error(f"`{name}`: expected `policies` or `resource-policies`, the files that are asked about", number)
        text, claim = self._question(entry, question, number)
        reason = self._text(entry, "reason", number) or ""
        return Intent(name, question, text, claim, layers, reason, self._line(number, question))

    def _layers(self, held: Mapping[str, Toml], number: int) -> Layers:
        policies, of_resource, of_session, scps = (self._list(held, key, number) for key in LISTS)
        boundary, principal, account, region = (self._text(held, key, number) for key in TEXTS)
        if account is not None and not is_account(account):
            raise self._error(f"account `{account}`: expected twelve digits", number, "account")
        return Layers(policies, of_resource, boundary, of_session, scps, principal, account, region)

    def _question(self, entry: Mapping[str, Toml], question: str, number: int) -> tuple[str, Claim | None]:
        value = entry[question]
        if question == "no-public":
            if value is not True:
                raise self._error("no-public: expected `true`", number, question)
            return "", None
        if not isinstance(value, str) or not value:
            kind = "a claim" if question in CLAIMS else "a file or folder"
            raise self._error(f"{question}: expected {kind}, as a string", number, question)
        if question in COMPARED:
            return value, None
        try:
            return value, read_claim(value)
        except ClaimError as error:
            raise self._error(f"{question}, {error}", number, question) from None

    def _list(self, held: Mapping[str, Toml], key: str, number: int) -> tuple[str, ...]:
        value = held.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self._error(f"{key}: expected a list of files or folders, each a string", number, key)
        return tuple(value)

    def _text(self, held: Mapping[str, Toml], key: str, number: int) -> str | None:
        value = held.get(key)
        if value is not None and not isinstance(value, str):
            raise self._error(f"{key}: expected a string", number, key)
        return value

    def _known(self, given: Mapping[str, Toml], known: tuple[str, ...], number: int | None) -> None:
        for key in given:
            if key not in known:
                raise self._error(f"unknown key `{key}`{did_you_mean(key, known)}", number, key)

    # --- places ---------------------------------------------------------------------------------------------------------

    def _error(self, problem: str, number: int | None, key: str | None = None) -> IntentError:
        line = self._line(number, key)
        return IntentError(problem, line, 1 if line else 0)

    def _line(self, number: int | None, key: str | None) -> int:
        """The line of a key of an intent (None: before the first), else of the intent; 0 where it cannot be told."""
        if number is None:
            first, end = 0, self._headers[0] if self._headers else len(self._lines)
        elif self._headers:
            first = self._headers[number]
            end = self._headers[number + 1] if number + 1 < len(self._headers) else len(self._lines)
        else:
            return 0
        written = re.compile(rf"""\s*["']?{re.escape(key or "")}["']?\s*=""")
        found = (at + 1 for at in range(first, end) if key is not None and written.match(self._lines[at]))
        return next(found, 0 if number is None else first + 1)
