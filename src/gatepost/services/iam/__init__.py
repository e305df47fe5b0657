"""IAM: users, groups, roles, their policies and keys; and what these policies would decide."""
