"""About how many bytes a held value takes: enough to keep what memory holds within a budget."""

import gc
import sys
from enum import Enum
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Final

MOST_OBJECTS: Final = 5_000  # of one value; a larger one is counted as far as that
SHARED: Final = (type, ModuleType, BuiltinFunctionType, Enum)  # what no value has for itself


def held_bytes(value: object) -> int:
    """The sizes of the objects that a value leads to, summed. A function counts with what it has closed over."""
    total, seen, waiting = 0, {id(value)}, [value]
    while waiting and len(seen) < MOST_OBJECTS:
        each = waiting.pop()
        total += sys.getsizeof(each)
        below = list(each.__closure__ or ()) if isinstance(each, FunctionType) else gc.get_referents(each)
        for one in below:
            if id(one) not in seen and not isinstance(one, SHARED):
                seen.add(id(one))
                waiting.append(one)
    return total
