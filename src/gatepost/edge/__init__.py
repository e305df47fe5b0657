"""All asynchronous and network code: HTTP, TLS, the hand-over to the writer."""
