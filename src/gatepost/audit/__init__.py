"""The record of every call: CloudTrail records in a hash chain."""
