"""Two versions of a policy: what is written otherwise, and what it means: who gains, who loses, each with a request that shows it."""
