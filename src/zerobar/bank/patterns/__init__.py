"""Suspicious patterns: rules with numbers that a risk officer reads, tunes, and sees at work."""
