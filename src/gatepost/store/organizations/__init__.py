"""Organizations: the tree of units and accounts, the control policies on it, and how accounts come into it."""

from typing import Final

# The scope of what memory holds. It is one for all organizations: what binds an account hangs on the whole tree above it.
ORGANIZATIONS: Final = "organizations"
