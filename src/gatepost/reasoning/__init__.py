"""Questions about all requests at once, answered exactly: such as what these policies allow and those do not."""
