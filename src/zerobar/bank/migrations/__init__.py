"""The tables of the bank, in the order in which they came."""
