"""STS: who one is, and temporary credentials: roles assumed, users federated, identity tokens accepted."""
