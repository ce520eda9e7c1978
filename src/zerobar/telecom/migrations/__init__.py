"""The tables of the telecom, in the order in which they came."""
