"""`gatepost prove`: a question about policies and all requests, answered by a proof or by a request."""

import json
import sys
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Final, Literal

from cyclopts import Parameter

from gatepost.cli.exits import CANNOT_TELL, DONE, NO, USAGE, Exit
from gatepost.cli.layer_flags import NO_LAYERS, LayerFlags, subject_named
from gatepost.cli.options import refuse_options
from gatepost.cli.proof_files import NO_FILES, ProofFiles

if TYPE_CHECKING:
    from gatepost.claims.claim import Claim
    from gatepost.claims.question import Question
    from gatepost.cli.proof_text import Asked

QUESTIONS: Final = (
    "--never", "--always", "--narrower-than", "--equivalent-to", "--disjoint-from", "--no-public", "--anything", "--nothing",
)  # fmt: skip


def prove(
    *policy: Annotated[str, Parameter(allow_leading_hyphen=True)],
    never: str | None = None,
    always: str | None = None,
    narrower_than: str | None = None,
    equivalent_to: str | None = None,
    disjoint_from: str | None = None,
    no_public: Annotated[bool, Parameter(show_default=False)] = False,
    anything: Annotated[bool, Parameter(show_default=False)] = False,
    nothing: Annotated[bool, Parameter(show_default=False)] = False,
    layers: LayerFlags = NO_LAYERS,
    timeout: float = 5.0,
    files: ProofFiles = NO_FILES,
    check: str | None = None,
    output: Annotated[Literal["human", "json"], Parameter(name=["--output", "-o"], show_default=False)] = "human",
) -> int:
    """Prove something of policies for all requests there can be, or show a request that is otherwise.

    Example: gatepost prove team.json --never "ses:Send* from ceo@example.com unless role/exec"
    Example: gatepost prove new.json --narrower-than old.json --certificate proof.json
    Example: gatepost prove --check proof.json

    Exit codes: 0 yes, 1 no, 3 cannot tell; of --check: 0 it holds, 1 it does not, 3 a general solver alone says so.

    Parameters
    ----------
    policy
        A file, a folder, or - for standard input; several are asked about together.
    never
        A claim: no request that it describes is allowed.
    always
        A claim: every request that it describes is allowed.
    narrower_than
        A file or folder: nothing is allowed that those policies do not allow.
    equivalent_to
        A file or folder: the same is allowed.
    disjoint_from
        A file or folder: there is no request that both allow.
    no_public
        Nobody is let in of whose account the policies say nothing.
    anything
        Something is allowed.
    nothing
        Everything is denied.
    timeout
        Seconds for general solvers (gatepost[smt]), where policy variables are not known.
    check
        A certificate to check, instead of a question.
    output
        For people, or as JSON.
    """
    refuse_options(policy, QUESTIONS)
    given = (never, always, narrower_than, equivalent_to, disjoint_from, no_public, anything, nothing)
    asked = [(name, value) for name, value in zip(QUESTIONS, given, strict=True) if value]
    if check is not None:
        if policy or asked or layers != NO_LAYERS or files != NO_FILES:
            raise Exit(USAGE, f"--check {check}: expected nothing beside it but --output")
        from gatepost.cli.proof_check import check_file  # noqa: PLC0415 -- the engine loads when it is needed

        return check_file(check, output)
    if len(asked) != 1:
        raise Exit(USAGE, f"expected one of {', '.join(QUESTIONS)}{'; found ' + str(len(asked)) if asked else ''}")
    if not policy:
        raise Exit(USAGE, "expected POLICY: a file, a folder, or - for standard input")
    ((flag, text),) = asked
    files.refuse((*policy, str(text), *layers.files))
    try:
        posed = _question(flag, str(text), policy, layers, timeout)
        found = _answered(posed, str(text))
        notes = list(files.write(posed, found.proof))
    except ModuleNotFoundError as error:
        if error.name != "pysat":
            raise
        raise Exit(USAGE, "expected the solver python-sat: pip install 'gatepost[prove]'") from None
    for note in notes:
        print(f"gatepost: {note}", file=sys.stderr)
    if output == "json":
        from gatepost.cli.proof_json import told  # noqa: PLC0415 -- loads when it is needed

        print(json.dumps(told(found), indent=2, ensure_ascii=False))
    else:
        from gatepost.cli.paint import paint_for  # noqa: PLC0415 -- the same
        from gatepost.cli.proof_text import proof_lines  # noqa: PLC0415 -- the same

        print("\n".join(proof_lines(found, paint_for(sys.stdout))))
    return CANNOT_TELL if found.proof is None else DONE if found.proof.holds else NO


def _answered(question: "Question", text: str) -> "Asked":
    from gatepost.claims.errors import ClaimError  # noqa: PLC0415 -- the engine loads when it is needed
    from gatepost.cli.proof_text import Asked  # noqa: PLC0415 -- the same
    from gatepost.reasoning.undecidable import Undecidable  # noqa: PLC0415 -- the same

    flag = f"--{question.kind.value}"
    begun = perf_counter()
    proof, obstacle = None, ""
    try:
        proof = question.proof()
    except Undecidable as error:
        obstacle = str(error)
    except ClaimError as error:
        raise Exit(USAGE, f"{flag} `{text}`: {error.problem}") from None
    return Asked(flag, text, question.claim, proof, obstacle, 1000 * (perf_counter() - begun), question.subject)


def _question(flag: str, text: str, policies: tuple[str, ...], layers: LayerFlags, timeout: float) -> "Question":
    """What is asked; Exit for what cannot be read."""
    from gatepost.claims.question import COMPARISONS, Kind, Question  # noqa: PLC0415 -- the engine loads when it is needed

    kind = Kind(flag.removeprefix("--"))
    subject = replace(subject_named(policies, layers), seconds=timeout)
    if kind in COMPARISONS:
        return Question(kind, subject, other=replace(subject_named((text,), layers), seconds=timeout), called=text)
    return Question(kind, subject, claim_of(flag, text) if kind in (Kind.NEVER, Kind.ALWAYS) else None)


def claim_of(flag: str, text: str) -> "Claim":
    """The claim that a flag makes; Exit with the place where it makes none."""
    from gatepost.claims.errors import ClaimError  # noqa: PLC0415 -- the same
    from gatepost.claims.read import read_claim  # noqa: PLC0415 -- the same

    try:
        return read_claim(text)
    except ClaimError as error:
        raise Exit(USAGE, f"{flag}: {error}\n  {text}\n  {' ' * (error.column - 1)}^") from None
