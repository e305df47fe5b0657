"""The process in which questions are thought about: one at a time, from standard input to standard output.

A message is its length (8 bytes, big-endian) and a pickle: the function and what it takes; back come what it returned, the AWS error
that it raised, or how it failed. Both ends are this program, and nothing else can write to the pipe. A function is loaded when it is
first asked for, so a process has in memory what its questions need and no more: neither store, server nor secrets.

Limits: a question that needs more processor time than it may is ended by the kernel, with the process (`RLIMIT_CPU`); one that needs
more memory fails (`RLIMIT_AS`). The process is nice to the one that serves, and ends when that closes the pipe.
"""

import os
import pickle
import resource
import sys
import traceback
from typing import IO, Any, Final

from gatepost.aws.errors import AwsError

NICENESS: Final = 10
MOST_MEMORY: Final = 1 << 30  # bytes
LENGTH_BYTES: Final = 8


def main() -> None:
    """Answer until standard input ends. The argument is the processor time of one question, in seconds."""
    seconds = int(sys.argv[1])
    questions, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints is not taken for an answer
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    while (message := _read(questions)) is not None:
        _limit_processor_time(seconds)
        answer = pickle.dumps(_answer(message), pickle.HIGHEST_PROTOCOL)
        answers.write(len(answer).to_bytes(LENGTH_BYTES, "big") + answer)
        answers.flush()


def _read(stream: IO[bytes]) -> bytes | None:
    length = stream.read(LENGTH_BYTES)
    if len(length) < LENGTH_BYTES:
        return None
    size = int.from_bytes(length, "big")
    message = stream.read(size)
    return message if len(message) == size else None


def _limit_processor_time(seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _answer(message: bytes) -> tuple[Any, ...]:
    try:
        think, gathered = pickle.loads(message)  # noqa: S301 -- from the process that started this one
        return ("answer", think(gathered))
    except AwsError as refused:
        return ("refused", refused.code, refused.message, refused.status, dict(refused.members))
    except MemoryError:
        return ("limit", "it needs more memory than a question may have")
    except RecursionError:
        return ("limit", "it is nested too deep")
    except Exception:  # noqa: BLE001 -- told to the one who asked, and logged there
        return ("failed", traceback.format_exc())


if __name__ == "__main__":
    main()
