"""Patterns and words as terms of SMT-LIB: what a string constant must be like.

A word's wildcards are taken greedily, as `policy.pattern` takes them: behind its first part each next one where it first comes. So the
term says neither more nor less than the word does, and may be negated. Where a word is compared without regard to case or has a `?`,
there is none, and a solver knows its outline alone.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from gatepost.policy.pattern import ANY, STAR
from gatepost.reasoning.terms import quoted
from gatepost.reasoning.wildcards import KELVIN, PART_ANY, PART_STAR, Glob, symbols_of
from gatepost.reasoning.words import Parts, Word
from gatepost.reasoning.world import SOME_TEXT

NO_COLON: Final = r'(re.union (re.range "\u{0}" "9") (re.range ";" "\u{2ffff}"))'
LOOPS: Final = {STAR: "re.all", PART_STAR: f"(re.* {NO_COLON})"}
STEPS: Final = {ANY: "re.allchar", PART_ANY: NO_COLON}
EMPTY: Final = quoted("")
Run = list[str]  # terms of strings, one behind the other


def matches(text: str, glob: Glob) -> str:
    """The term that a string matches a pattern: by words about strings where these say it, for solvers know those best."""
    symbols = symbols_of(glob)
    if glob == SOME_TEXT:
        return f'(not (= {text} ""))'
    if not glob.folded and not any(symbol in STEPS or symbol == PART_STAR for symbol in symbols):
        match [quoted(part) for part in symbols.split(STAR)]:
            case [whole]:
                return f"(= {text} {whole})"
            case [start, '""']:
                return f"(str.prefixof {start} {text})"
            case ['""', end]:
                return f"(str.suffixof {end} {text})"
            case ['""', middle, '""']:
                return f"(str.contains {text} {middle})"
    parts = list(_parts(symbols, folded=glob.folded))
    whole = parts[0] if len(parts) == 1 else f"(re.++ {' '.join(parts)})"
    return f"(str.in_re {text} {whole})"


def _parts(symbols: str, *, folded: bool) -> Iterator[str]:
    """The regular expressions one behind the other: a wildcard, a letter in each case, a run of others."""
    run = ""
    for symbol in symbols:
        wild = LOOPS.get(symbol) or STEPS.get(symbol) or (_in_any_case(symbol) if folded and symbol.isalpha() else None)
        if wild is None:
            run += symbol
            continue
        if run:
            yield f"(str.to_re {quoted(run)})"
            run = ""
        yield wild
    if run or not symbols:
        yield f"(str.to_re {quoted(run)})"


def _in_any_case(letter: str) -> str:
    cases = (letter, letter.upper(), *((KELVIN,) if letter == "k" else ()))
    return f"(re.union {' '.join(f'(str.to_re {quoted(each)})' for each in cases)})"


def equation(text: str, word: Word, names: Mapping[str, str]) -> str | None:
    """The term that a string is a word, by the names of its keys' values; None where no term says it."""
    first, *others = word.parts
    if word.folded or any(isinstance(part, str) and {ANY, PART_STAR, PART_ANY} & set(part) for part in others):
        return None
    if not word.arn:
        return None if isinstance(first, str) and ANY in first else _matches_runs(text, _runs(word.parts, names))
    *head, tail = str(first).split(":", 5)
    if ANY in tail:
        return None
    bounded = f"{':'.join(head)}:"
    rest = f"(str.substr {text} {_behind_colons(text)} (str.len {text}))"
    in_head = matches(text, Glob(f"{bounded}{STAR}"))
    return f"(and {in_head} {_matches_runs(rest, _runs((tail, *others), names))})"


def _behind_colons(text: str) -> str:
    """The term of where the sixth part of an ARN begins."""
    at = "0"
    for _ in range(5):
        at = f'(+ 1 (str.indexof {text} ":" {at}))'
    return at


def _runs(parts: Parts, names: Mapping[str, str]) -> list[Run]:
    """What stands between the wildcards."""
    runs: list[Run] = [[]]
    for part in parts:
        if not isinstance(part, str):
            runs[-1].append(names[part.key])
            continue
        first, *others = part.split(STAR)
        runs[-1] += [quoted(first)] if first else []
        runs += [[quoted(other)] if other else [] for other in others]
    return runs


def _matches_runs(text: str, runs: list[Run]) -> str:
    start, *middle, end = (_joined(run) for run in runs) if len(runs) > 1 else (_joined(runs[0]), None)
    if end is None:
        return f"(= {text} {start})"
    middle = [run for run in middle if run != EMPTY]
    if (start, end) == (EMPTY, EMPTY) and len(middle) == 1:
        return f"(str.contains {text} {middle[0]})"
    at = f"(str.len {start})"
    found = []
    for run in middle:
        found.append(f"(>= (str.indexof {text} {run} {at}) 0)")
        at = f"(+ (str.indexof {text} {run} {at}) (str.len {run}))"
    enough = f"(<= (+ {at} (str.len {end})) (str.len {text}))"
    return f"(and (str.prefixof {start} {text}) (str.suffixof {end} {text}) {' '.join((*found, enough))})"


def _joined(run: Run) -> str:
    return EMPTY if not run else run[0] if len(run) == 1 else f"(str.++ {' '.join(run)})"
