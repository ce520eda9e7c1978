"""How the bank is: what is wrong in words, figures for Prometheus, and a log that can be read."""
