"""Addresses and messages as values: no network, no clock, no randomness of its own."""
