"""Values held in memory until a change touches them; never timed out.

Each value belongs to a scope: an account, or `EVERY_SCOPE`, which any change touches. A change that commits advances the clock
and drops its scopes before anyone is answered, so a call that starts after the answer sees the change. A value that was read
before such a change and arrives after it is not kept: the loader says as of which clock it read.

All values together are held to a budget of bytes. Where it is passed, the scope that holds most loses the older half of its values:
a caller who makes the server look up ever new names costs his own account its memory.
"""

from collections.abc import Callable, Iterable
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from gatepost.store.held_size import held_bytes

if TYPE_CHECKING:
    from gatepost.store.transaction import Transaction, View

T = TypeVar("T")
Key: TypeAlias = tuple[str, ...]
EVERY_SCOPE: Final = "*"
BUDGET: Final = 16 * 1024 * 1024  # bytes, as `held_bytes` counts them
LARGEST_PART: Final = 8  # a value that takes more than this part of the budget is not held
SMALL_PART: Final = 100  # where the largest scope holds less than this part of it, the older half of the scopes goes
OF_AN_ENTRY: Final = 200  # bytes beside key and value


class Cold(Exception):
    """A value is not held; the store must be asked."""


class Memory:
    """Held values of one process, shared between threads."""

    def __init__(self, budget: int = BUDGET) -> None:
        self._budget = budget
        self._scopes: dict[str, dict[Key, Any]] = {}
        self._sizes: dict[str, dict[Key, int]] = {}  # of the same scopes and keys
        self._bytes: dict[str, int] = {}  # by scope
        self._total = 0  # bytes of all
        self._changed: dict[str, int] = {}
        self._cleared = 0
        self._lock = Lock()
        self.clock = 0

    def get(self, scope: str, key: Key) -> Any:  # noqa: ANN401 -- what was kept
        """The held value, or None."""
        values = self._scopes.get(scope)
        return None if values is None else values.get(key)

    def keep(self, scope: str, key: Key, value: object, as_of: int) -> None:
        """Hold a value that was read as of a clock, unless its scope has changed since."""
        size = held_bytes(value) + sum(map(len, key)) + OF_AN_ENTRY
        if size > self._budget // LARGEST_PART:
            return
        with self._lock:
            if max(self._changed.get(scope, 0), self._cleared) > as_of:
                return
            sizes = self._sizes.setdefault(scope, {})
            self._count(scope, size - sizes.get(key, 0))
            sizes[key] = size
            self._scopes.setdefault(scope, {})[key] = value
            if self._total > self._budget:
                self._shrink()

    def _shrink(self) -> None:
        largest = max(self._bytes, key=self._bytes.__getitem__)
        if self._bytes[largest] * SMALL_PART >= self._budget:
            self._drop_older_half(largest)
            return
        for scope in tuple(self._scopes)[: (len(self._scopes) + 1) // 2]:  # very many small ones
            self._drop(scope)

    def _drop_older_half(self, scope: str) -> None:
        values, sizes = self._scopes[scope], self._sizes[scope]
        for key in list(sizes)[: (len(sizes) + 1) // 2]:
            del values[key]
            self._count(scope, -sizes.pop(key))
        if not values:
            self._drop(scope)

    def _count(self, scope: str, size: int) -> None:
        self._bytes[scope] = self._bytes.get(scope, 0) + size
        self._total += size

    def _drop(self, scope: str) -> None:
        self._scopes.pop(scope, None)
        self._sizes.pop(scope, None)
        self._total -= self._bytes.pop(scope, 0)

    def changed_since(self, scopes: Iterable[str], as_of: int) -> bool:
        """Whether a change that has committed since a clock has touched any of these scopes, or may have."""
        with self._lock:
            return max(self._cleared, *(self._changed.get(scope, 0) for scope in scopes)) > as_of

    def invalidate(self, scopes: Iterable[str]) -> None:
        """Drop what is held of these scopes, and of every scope's."""
        with self._lock:
            self.clock += 1
            for scope in {*scopes, EVERY_SCOPE}:
                self._changed[scope] = self.clock
                self._drop(scope)

    def clear(self) -> None:
        """Drop everything: what the store holds is no longer known."""
        with self._lock:
            self.clock += 1
            self._cleared = self.clock
            for scope in tuple(self._scopes):
                self._drop(scope)

    def held(self) -> "View":
        """The view of the event loop: what is held, and `Cold` for anything else. It never touches the store."""
        return _Held(self)


class _Held:
    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def recall(self, scope: str, key: Key, load: Callable[["Transaction"], T]) -> T:  # noqa: ARG002 -- `View.recall`
        value = self._memory.get(scope, key)
        if value is None:
            raise Cold
        return value  # type: ignore[no-any-return]  # what `load` of the same key made
