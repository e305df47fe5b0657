"""The one error of this package: a claim that says nothing that could be asked."""


class ClaimError(ValueError):
    """A text that is no claim, or a claim that cannot be asked. `column` counts from 1; `problem` says what was expected."""

    def __init__(self, problem: str, column: int = 1) -> None:
        self.problem = problem
        self.column = column
        super().__init__(f"column {column}: {problem}")
