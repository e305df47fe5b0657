"""What a proof leaves behind: the question for general solvers, and a certificate."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from cyclopts import Parameter

from gatepost.cli.exits import USAGE, Exit

if TYPE_CHECKING:
    from gatepost.claims.prove import Proof
    from gatepost.claims.question import Question


@Parameter(name="*")
@dataclass(frozen=True)
class ProofFiles:
    """The files that a proof leaves behind."""

    certificate: Annotated[str | None, Parameter(help="A file to write: what makes the answer checkable without a solver.")] = (
        None
    )
    smt2: Annotated[str | None, Parameter(help="A file to write: the question in SMT-LIB 2.6, for z3, cvc5 and others.")] = None

    def refuse(self, policies: Iterable[str]) -> None:
        """Exit for a file that may not be written: standard output, and a policy that is asked about."""
        read = [Path(each).resolve() for each in policies]
        for flag, file in (("--certificate", self.certificate), ("--smt2", self.smt2)):
            if file is not None and file.startswith("-"):
                raise Exit(USAGE, f"{flag} `{file}`: expected a file; standard output is the answer's")
            if file is not None and Path(file).resolve() in read:
                raise Exit(
                    USAGE, f"{flag} {file}: expected a file of its own; this is one that is asked about or written already"
                )
            read += [] if file is None else [Path(file).resolve()]

    def write(self, question: "Question", proof: "Proof | None") -> Iterator[str]:
        """Write them; notes of what is not written. Exit where a file cannot be."""
        from importlib.metadata import version  # noqa: PLC0415 -- a quarter of the time of --help

        from gatepost.reasoning.undecidable import Undecidable  # noqa: PLC0415 -- loads when it is needed

        if self.smt2 is not None:
            from gatepost.claims.smt_file import smt_file  # noqa: PLC0415 -- the same

            try:
                _write("--smt2", self.smt2, smt_file(question, version("gatepost")))
            except Undecidable as error:
                yield f"--smt2 {self.smt2}: not written: {error}"
        if self.certificate is not None:
            from gatepost.claims.certificate import certificate  # noqa: PLC0415 -- the same

            if proof is None:
                yield f"--certificate {self.certificate}: not written: there is no answer to certify"
                return
            told = certificate(question, proof, version("gatepost"))
            _write("--certificate", self.certificate, f"{json.dumps(told, indent=1, ensure_ascii=False)}\n")


NO_FILES: Final = ProofFiles()


def _write(flag: str, file: str, text: str) -> None:
    """Write a file whole, or leave what is there as it is; Exit where it cannot be written."""
    path = Path(file).resolve()
    try:
        if path.exists() and not path.is_file():  # a pipe or a device: nothing to replace
            path.write_text(text, "utf-8")
            return
        beside = path.with_name(f".{path.name}.new")
        try:
            beside.write_text(text, "utf-8")
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise Exit(USAGE, f"{flag} {file}: {error.strerror}") from None
