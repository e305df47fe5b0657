"""The floor: IAM and SES policies read, decided and explained with the standard library alone; no I/O, no clock."""
