"""From credentials to callers, and from the store to the compiled policies that count for them."""
