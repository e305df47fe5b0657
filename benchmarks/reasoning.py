"""Questions about all requests: whether one policy allows anything that another does not.

Random SES policies of 1 to 200 statements (`random_policies.py`): one statement of them changed; all of them in other words; others.
And what is hard for any method: many patterns that one address must match at once.

Each question is asked with nothing remembered of the texts of an earlier one. The measured time goes from two policies read to the
answer, a witness decided again.

Peers: z3 and cvc5 (`peers.py`), on fewer of the same questions, for ten seconds each. What they decide must be what Gatepost says.
Their time goes from the same two policies to the answer too, by way of a text in SMT-LIB; what of it is theirs alone stands apart.
"""

import gc
import statistics
import time
from collections.abc import Sequence
from itertools import permutations
from string import ascii_lowercase

from gatepost.policy.model import Policy
from gatepost.reasoning import globs, pairs, reach, wildcards
from gatepost.reasoning.questions import Asker, Undecidable
from peers import LIMIT, Peer
from random_policies import Question, Statement, policy, questions, statement_with_recipients

SIZES = (1, 5, 10, 20, 50, 200)
HEAD = "".join(f"{each:>9}" for each in ("p50 ms", "p90 ms", "p99 ms", "max ms"))
ASKER = Asker()
# The patterns `*ab*he*`, `*de*kh*` ... that the hard cases ask one address for.
REQUIRED = tuple(
    (
        "".join(ascii_lowercase[(at + step) % 26] for step in (0, 1)),
        "".join(ascii_lowercase[(at + step) % 26] for step in (7, 4)),
    )
    for at in range(0, 24, 3)
)


def forget() -> None:
    """Empty what the theory of texts remembers of patterns."""
    for module in (globs, pairs, reach, wildcards):
        for each in vars(module).values():
            if hasattr(each, "cache_clear"):
                each.cache_clear()


def asked(question: Question) -> tuple[float, bool | None]:
    """Milliseconds, and whether there is such a request; None where that is not decided."""
    forget()
    begun = time.perf_counter()
    try:
        found = ASKER.allows_more(question.old, question.new) is not None
    except Undecidable:
        found = None
    return (time.perf_counter() - begun) * 1e3, found


def all_asked(given: Sequence[Question]) -> tuple[list[float], list[bool | None]]:
    asked(given[0])
    gc.collect()
    gc.freeze()  # the questions themselves are none of what is measured
    told = [asked(question) for question in given]
    gc.unfreeze()
    return [milliseconds for milliseconds, _ in told], [found for _, found in told]


def percentiles(times: Sequence[float]) -> tuple[float, float, float, float]:
    """The median, two more and the worst."""
    found = sorted(times)
    return statistics.median(found), found[int(len(found) * 0.9)], found[int(len(found) * 0.99)], found[-1]


def show(name: str, given: Sequence[Question]) -> None:
    times, answers = all_asked(given)
    told = "".join(f"{each:>9.2f}" for each in percentiles(times))
    print(f"{name:<44}{len(times):>5}{told}{answers.count(True):>6}{answers.count(None):>10}", flush=True)


def show_random() -> None:
    print(f"{'does A allow anything that B does not':<44}{'asked':>5}{HEAD}{'yes':>6}{'undecided':>10}")
    for size in SIZES:
        show(f"{size} statements, one changed", questions(300 if size <= 50 else 60, size))
    for size in (10, 50, 200):
        show(f"{size}, with sets of recipients", questions(60 if size <= 50 else 12, size, make=statement_with_recipients))
    for variation in ("reworded", "unrelated"):
        for size in (50, 200):
            show(f"{size} statements, {variation}", questions(60 if size <= 50 else 12, size, variation))


def address_of(required: Sequence[str], refused: Sequence[str]) -> Question:
    """Whether a From matches all of these patterns and none of those."""
    said: list[Statement] = [{"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}]
    for operator, patterns in (("StringNotLike", required), ("StringLike", refused)):
        for pattern in patterns:
            condition = {operator: {"ses:FromAddress": pattern}}
            said.append({"Effect": "Deny", "Action": "ses:*", "Resource": "*", "Condition": condition})
    return Question(Policy(()), policy(said))


def show_hard() -> None:
    required = [f"*{first}*{second}*" for first, second in REQUIRED]
    in_order = [f"*{first}*{second}*" for (first, _), (_, second) in permutations(REQUIRED, 2)]
    show("eight infix patterns, all required", [address_of(required, [])] * 5)
    show("  in as few as 31 characters", [address_of(required, ["?" * 32 + "*"])] * 5)
    show("  no one's first part before another's last", [address_of(required, in_order)] * 5)


def show_peers() -> None:
    print(
        f"{f'beside general solvers, {LIMIT:.0f} s each':<44}{'asked':>5}{HEAD}{'undecided':>10}{'Gatepost is quicker, p50, p90':>32}"
    )
    for count, size, variation in ((12, 10, "changed"), (12, 50, "changed"), (6, 50, "reworded")):
        given = questions(count, size, variation)
        times, answers = all_asked(given)
        ours = percentiles(times)
        told = "".join(f"{each:>9.2f}" for each in ours)
        name = f"gatepost, {size} statements, {'one changed' if variation == 'changed' else variation}"
        print(f"{name:<44}{len(given):>5}{told}{answers.count(None):>10}", flush=True)
        texts = [as_smt_lib(question) for question in given]
        for name in ("z3", "cvc5"):
            show_peer(name, texts, answers, ours)


def as_smt_lib(question: Question) -> tuple[float, str]:
    """Milliseconds, and the question as a text for the peers."""
    forget()
    begun = time.perf_counter()
    text = ASKER.as_smt_lib(question.old, question.new)
    return (time.perf_counter() - begun) * 1e3, text


def show_peer(name: str, texts: Sequence[tuple[float, str]], answers: Sequence[bool | None], ours: Sequence[float]) -> None:
    peer = Peer(name)
    told = [peer.ask(text) for _, text in texts]
    peer.end()
    for (_, verdict), answer in zip(told, answers, strict=True):
        if verdict != "unknown" and answer is not None and (verdict == "sat") is not answer:
            raise SystemExit(f"{name} says {verdict} where Gatepost says {answer}")
    alone = [milliseconds for milliseconds, _ in told]
    theirs = percentiles([before + own for (before, _), own in zip(texts, alone, strict=True)])
    ratios = ", ".join(f"{what} {theirs[at] / ours[at]:,.0f} x" for at, what in enumerate(("p50", "p90")))
    unknown = sum(verdict == "unknown" for _, verdict in told)
    shown = "".join(f"{each:>9.1f}" for each in theirs)
    print(f"{name:<44}{len(told):>5}{shown}{unknown:>10}{statistics.median(alone):>14.1f}{ratios:>26}", flush=True)


def main() -> None:
    show_random()
    show_hard()
    show_peers()


if __name__ == "__main__":
    main()
