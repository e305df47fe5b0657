"""What is wrong with a policy, or does not mean what it seems to: findings, each with its place, a witness, and a proved fix."""
