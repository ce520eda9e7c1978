"""The till's HTTP interface for its screen, on this machine only."""
