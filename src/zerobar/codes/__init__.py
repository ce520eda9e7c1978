"""Codes that people and tills show each other."""
