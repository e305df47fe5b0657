"""Policies told to people: sentences, and pictures of time in text."""
