"""AWS's protocol, driven by botocore's models: signatures, wire formats, declared operations, the one pipeline."""
