"""General solvers, each in a process of its own with a limit of time: the way out where our own engine does not reach."""
