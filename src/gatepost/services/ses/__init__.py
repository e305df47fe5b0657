"""SES, versions 1 and 2: one file a noun, both versions of it side by side."""
