"""From a text to a `Claim`: ``ses:Send* from ceo@example.com unless role/exec``.

The language, in whole. Words of it stand in any case; lists are parted by commas; quotes hold blanks and commas together.

    claim   = ACTION, …  part …  [ "unless" exempt ] …
    part    = "by" WHO, …                       who asks
            | "on" RESOURCE, …                  an identity's name, KIND/NAME, an ARN (wildcards), or *
            | term
    term    = "from" ADDRESS, …                 the From address is one of these
            | "to" ADDRESS, …                   some recipient is
            | "only" "to" ADDRESS, …            every recipient is
            | "at" TIME | "before" TIME | "after" TIME | "between" TIME "and" TIME
            | "over" "ip" CIDR, … | "over" "tls" | "without" "tls"
            | "with" ["user"] "agent" PATTERN, …  the client's User-Agent
            | "where" KEY OPERATOR VALUE, …     any condition, as a policy writes it
    exempt  = [ "by" ] WHO, …  term … | term …  all of it must hold for a request to be taken out
    ACTION  = ses:SendEmail, ses:Send*, *, or `send` (every action that sends), `verify`, `anything`
    WHO     = user/NAME, role/NAME, group/NAME, root, an account, an ARN, a service, `anyone`, `another account`

1.  Addresses and user agents compare without regard to case, `*` and `?` are wild: a mailbox that differs in case alone is the
    same to most servers, and a claim that something never happens must not be passed by writing `CEO@`.
2.  What a request does not carry cannot be shown to be another: `ses:SendBulkEmail` has no `ses:FromAddress`, so `from ceo@…` speaks
    of it too. The same holds of `to`, `only to`, `over ip` and `with agent`. In an `unless` it does not: there it must be shown.
3.  `after` a time is at that time and later, `before` it is not; so `between A and B` holds A and not B.
"""

from typing import Final

from gatepost.claims.claim import Claim, Exempt, Term
from gatepost.claims.errors import ClaimError
from gatepost.claims.named import FROM, RECIPIENTS, actions_meant, check_carried, check_key, resource_meant
from gatepost.claims.who import Who, WhoKind
from gatepost.claims.words import Word, words_of
from gatepost.policy import catalogue
from gatepost.policy.errors import did_you_mean
from gatepost.policy.model import Condition, Operator, Place
from gatepost.policy.operators import LIKE_IGNORING_CASE, NULL, OPERATOR_NAMES, read_operator, unreadable_values
from gatepost.policy.values import read_instant, read_range

TERMS: Final = ("from", "to", "only", "at", "before", "after", "between", "over", "without", "with", "where")
PARTS: Final = ("by", "on", *TERMS, "unless")
LIKE: Final = Operator(LIKE_IGNORING_CASE)


def read_claim(text: str) -> Claim:
    """The claim that a text makes; ClaimError (column, what was expected) where it makes none."""
    return _Reader(text).claim()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._words = words_of(text)
        self._at = 0

    # --- words ----------------------------------------------------------------------------------------------------------

    @property
    def _next(self) -> Word | None:
        return self._words[self._at] if self._at < len(self._words) else None

    def _take(self, expected: str) -> Word:
        word = self._next
        if word is None:
            raise ClaimError(f"expected {expected}; the claim ends here", len(self._text) + 1)
        self._at += 1
        return word

    def _took(self, *known: str) -> bool:
        taken = self._next is not None and self._next.says(*known)
        self._at += taken
        return taken

    def _must(self, after: str, *known: str) -> str:
        choices = " or ".join(f"`{each}`" for each in known)
        word = self._take(f"{choices} after `{after}`")
        if not word.says(*known):
            raise ClaimError(f"`{word.text}`: expected {choices} after `{after}`{did_you_mean(word.text, known)}", word.column)
        return word.text.lower()

    def _list(self, expected: str) -> tuple[Word, ...]:
        found = [self._value(expected)]
        while self._took(","):
            found.append(self._value(expected))
        return tuple(found)

    def _value(self, expected: str) -> Word:
        word = self._take(expected)
        if word.says(",", *PARTS):
            raise ClaimError(f"`{word.text}`: expected {expected}", word.column)
        return word

    # --- the claim ------------------------------------------------------------------------------------------------------

    def claim(self) -> Claim:
        actions = tuple(
            action for word in self._list("an action, such as `ses:Send*` or `send`") for action in actions_meant(word)
        )
        who: list[Who] = []
        resources: list[str] = []
        terms: list[Term] = []
        exempt: list[Exempt] = []
        while (word := self._next) is not None:
            if self._took("by"):
                who += self._who()
            elif self._took("on"):
                resources += map(resource_meant, self._list("an identity's name, KIND/NAME or an ARN after `on`"))
            elif self._took("unless"):
                exempt.append(self._exempt())
            elif word.says(*TERMS) and not exempt:
                terms += self._term()
            else:
                raise self._stray(word, PARTS)
        claim = Claim(self._text, actions, tuple(who), tuple(resources), tuple(terms), tuple(exempt))
        check_carried(claim)
        return claim

    def _stray(self, word: Word, known: tuple[str, ...]) -> ClaimError:
        listed = ", ".join(f"`{each}`" for each in known)
        return ClaimError(f"`{word.text}`: expected one of {listed}{did_you_mean(word.text, known)}", word.column)

    def _exempt(self) -> Exempt:
        said = self._took("by")
        word = self._next
        if word is None:
            raise ClaimError(
                "expected somebody, such as `role/exec`, or a condition after `unless`; the claim ends here",
                len(self._text) + 1,
            )
        who = self._who() if said or not word.says(*TERMS) else ()
        terms: list[Term] = []
        while (word := self._next) is not None and word.says(*TERMS):
            terms += self._term()
        return Exempt(who, tuple(terms))

    def _who(self) -> tuple[Who, ...]:
        found = [self._one()]
        while self._took(","):
            found.append(self._one())
        return tuple(found)

    def _one(self) -> Who:
        forms = "`user/NAME`, `role/NAME`, `root`, an account, an ARN, a service, `anyone` or `another account`"
        word = self._value(forms)
        if word.says("another"):
            self._must("another", "account")
            return Who("another account", WhoKind.ANOTHER_ACCOUNT, column=word.column)
        who = Who.of(word.text, word.column)
        if who is None:
            raise ClaimError(f"`{word.text}`: expected {forms}", word.column)
        return who

    # --- terms ----------------------------------------------------------------------------------------------------------

    def _term(self) -> tuple[Term, ...]:
        word = self._take("a term")
        readers = {
            "from": self._from, "to": self._to, "only": self._only_to, "over": self._over, "without": self._without,
            "with": self._agent, "where": self._where, "between": self._between,
        }  # fmt: skip
        kind = word.text.lower()
        return readers[kind](word.column) if kind in readers else (self._time(kind, word.column),)

    def _from(self, column: int) -> tuple[Term, ...]:
        return (Term("from", FROM, LIKE, self._addresses("from"), column, in_doubt=True),)

    def _to(self, column: int) -> tuple[Term, ...]:
        return (Term("to", RECIPIENTS, Operator(LIKE.base, "ForAnyValue"), self._addresses("to"), column, in_doubt=True),)

    def _only_to(self, column: int) -> tuple[Term, ...]:
        self._must("only", "to")
        every = Operator(LIKE.base, "ForAllValues")
        return (Term("only to", RECIPIENTS, every, self._addresses("only to"), column, in_doubt=True),)

    def _addresses(self, after: str) -> tuple[str, ...]:
        words = self._list(f"an address after `{after}`, such as `ceo@example.com` or `*@example.com`")
        for word in words:
            if "@" not in word.text and "*" not in word.text:
                raise ClaimError(f"`{word.text}`: expected an address, or a pattern such as `*@{word.text}`", word.column)
        return tuple(word.text for word in words)

    def _over(self, column: int) -> tuple[Term, ...]:
        if self._must("over", "ip", "tls") == "tls":
            return (_transport("over tls", "true", column),)
        words = self._list("an address or a CIDR block after `over ip`, such as `10.0.0.0/8`")
        for word in words:
            if read_range(word.text) is None:
                raise ClaimError(f"`{word.text}`: expected an address or a CIDR block, such as `10.0.0.0/8`", word.column)
        values = tuple(word.text for word in words)
        return (Term("over ip", "aws:SourceIp", Operator("IpAddress"), values, column, in_doubt=True),)

    def _without(self, column: int) -> tuple[Term, ...]:
        self._must("without", "tls")
        return (_transport("without tls", "false", column),)

    def _agent(self, column: int) -> tuple[Term, ...]:
        if self._must("with", "user", "agent") == "user":
            self._must("with user", "agent")
        values = tuple(word.text for word in self._list("a pattern of the User-Agent after `with agent`"))
        return (Term("with agent", "aws:UserAgent", LIKE, values, column, in_doubt=True),)

    def _between(self, column: int) -> tuple[Term, ...]:
        first = self._time("after", column)
        self._must("between TIME", "and")
        last = self._time("before", column)
        if (read_instant(first.values[0]) or 0) >= (read_instant(last.values[0]) or 0):
            raise ClaimError(f"between `{first.values[0]}` and `{last.values[0]}` there is no time", column)
        return first, last

    def _time(self, kind: str, column: int) -> Term:
        word = self._value(f"a time after `{kind}`, such as `2026-11-24T10:00:00Z`")
        if read_instant(word.text) is None:
            expected = "expected a time, such as `2026-11-24T10:00:00Z`, `2026-11-24` or seconds since 1970"
            raise ClaimError(f"`{word.text}`: {expected}", word.column)
        operator = {"at": "DateEquals", "before": "DateLessThan", "after": "DateGreaterThanEquals"}[kind]
        return Term(kind, "aws:CurrentTime", Operator(operator), (word.text,), column)

    def _where(self, column: int) -> tuple[Term, ...]:
        key = self._value("a condition key after `where`, such as `aws:PrincipalTag/team`")
        check_key(key)
        written = self._value(f"an operator after `{key.text}`, such as `StringEquals`")
        operator = read_operator(written.text)
        if operator is None:
            near = did_you_mean(written.text.rpartition(":")[2], OPERATOR_NAMES)
            raise ClaimError(f"`{written.text}`: expected a condition operator, such as `StringEquals`{near}", written.column)
        if operator.qualifier is None and operator.base != NULL and catalogue.is_multivalued(key.text.lower()):
            raise ClaimError(
                f"{key.text} has several values: expected `ForAnyValue:{written.text}` or `ForAllValues:{written.text}`",
                written.column,
            )
        words = self._list(f"a value after `{written.text}`")
        term = Term("where", key.text, operator, tuple(word.text for word in words), column)
        unreadable = unreadable_values(condition_of(term))
        if unreadable:
            raise ClaimError(f"`{unreadable[0]}`: {written.text} cannot compare it with anything", words[0].column)
        return (term,)


def condition_of(term: Term, *, if_exists: bool = False) -> Condition:
    """A term as a condition."""
    operator = Operator(term.operator.base, term.operator.qualifier, if_exists or term.operator.if_exists)
    return Condition(operator, term.key, term.values, Place(1, term.column))


def _transport(text: str, value: str, column: int) -> Term:
    return Term(text, "aws:SecureTransport", Operator("Bool"), (value,), column)
