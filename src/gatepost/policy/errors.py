"""The one error of this package: a policy, or a request, that cannot be read."""

from difflib import get_close_matches


class PolicyError(Exception):
    """A document that is no policy.

    `path` names the place as a person would (``statement 2, Condition``), `line` and `column` count from 1, `problem` says what
    was expected, and `code` is a stable word that services map to AWS's own texts (``"json-syntax"``, ``"missing-element"``, …).
    """

    def __init__(self, code: str, path: str, problem: str, line: int, column: int) -> None:
        self.code = code
        self.path = path
        self.problem = problem
        self.line = line
        self.column = column
        super().__init__(f"{line}:{column}: {path}: {problem}" if path else f"{line}:{column}: {problem}")


def did_you_mean(word: str, known: tuple[str, ...]) -> str:
    """``; did you mean `StringLike`?``, or nothing where no known word is near."""
    near = nearest(word, known)
    return "" if near is None else f"; did you mean `{near}`?"


def nearest(word: str, known: tuple[str, ...]) -> str | None:
    """The known word that is nearest to one, without regard to case; None where none is near."""
    by_case = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), list(by_case), n=1, cutoff=0.75)
    return by_case[near[0]] if near else None
