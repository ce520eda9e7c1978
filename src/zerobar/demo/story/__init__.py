"""The chapters, in the order in which they are played."""
