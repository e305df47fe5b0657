"""AWS's wire formats, driven by botocore's models both ways; every shape is compiled once, when its operation is declared."""
