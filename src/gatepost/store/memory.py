"""Values held in memory until a change touches them; never timed out.

Each value belongs to a scope: an account, or `EVERY_SCOPE`, which any change touches. A change that commits advances the clock
and drops its scopes before anyone is answered, so a call that starts after the answer sees the change. A value that was read
before such a change and arrives after it is not kept: the loader says as of which clock it read.
"""

from collections.abc import Callable, Iterable
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

if TYPE_CHECKING:
    from gatepost.store.transaction import Transaction, View

T = TypeVar("T")
Key: TypeAlias = tuple[str, ...]
EVERY_SCOPE: Final = "*"
MOST_HELD: Final = 100_000  # a scope; then it starts anew
MOST_SCOPES: Final = 10_000  # a caller may name any account; then all start anew


class Cold(Exception):
    """A value is not held; the store must be asked."""


class Memory:
    """Held values of one process, shared between threads."""

    def __init__(self) -> None:
        self._scopes: dict[str, dict[Key, Any]] = {}
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
        with self._lock:
            if max(self._changed.get(scope, 0), self._cleared) > as_of:
                return
            if scope not in self._scopes and len(self._scopes) >= MOST_SCOPES:
                self._scopes.clear()
            values = self._scopes.setdefault(scope, {})
            if len(values) >= MOST_HELD:
                values.clear()
            values[key] = value

    def invalidate(self, scopes: Iterable[str]) -> None:
        """Drop what is held of these scopes, and of every scope's."""
        with self._lock:
            self.clock += 1
            for scope in {*scopes, EVERY_SCOPE}:
                self._changed[scope] = self.clock
                self._scopes.pop(scope, None)

    def clear(self) -> None:
        """Drop everything: what the store holds is no longer known."""
        with self._lock:
            self.clock += 1
            self._cleared = self.clock
            self._scopes.clear()

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
