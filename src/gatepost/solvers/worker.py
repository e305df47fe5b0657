"""One question to one general solver: SMT-LIB at standard input, the answer and the values at standard output.

It is run as a file, in a process that may be ended at any moment, and imports nothing but its solver: `worker.py cvc5|z3 SECONDS`.
"""

import sys


def by_cvc5(text: str, seconds: float) -> str:
    """What cvc5 prints, without unknown's reason."""
    import cvc5  # noqa: PLC0415 -- the process of one solver does not load the other

    terms = cvc5.TermManager()
    solver = cvc5.Solver(terms)
    solver.setOption("strings-exp", "true")
    solver.setOption("tlimit-per", str(round(seconds * 1e3)))
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "question")
    printed = ""
    while not (command := parser.nextCommand()).isNull():
        printed += command.invoke(solver, parser.getSymbolManager())
        if printed.startswith(("unsat", "unknown")):  # there are no values to ask for
            break
    return printed


def by_z3(text: str, seconds: float) -> str:
    """What z3 prints. To ask for values where there are none is an error to it."""
    import z3  # noqa: PLC0415 -- the process of one solver does not load the other

    context = z3.main_ctx().ref()
    question, asks, values = text.partition("(get-value")
    options = f"(reset)\n(set-option :timeout {round(seconds * 1e3)})\n"
    printed = str(z3.Z3_eval_smtlib2_string(context, options + question))
    return printed + str(z3.Z3_eval_smtlib2_string(context, asks + values)) if printed.startswith("sat") else printed


SOLVERS = {"cvc5": by_cvc5, "z3": by_z3}

if __name__ == "__main__":
    sys.stdout.write(SOLVERS[sys.argv[1]](sys.stdin.read(), float(sys.argv[2])))
