"""The one error of this package: a question that it does not decide. It never guesses instead."""


class Undecidable(Exception):
    """A question outside the exact fragment, or past the limit of work. The text names what stands in the way."""
