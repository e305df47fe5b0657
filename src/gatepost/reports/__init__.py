"""What the linter says of policies from anywhere: a run, what it passes over and why, fixes applied, and its renderings."""
