"""Benchmarks, each beside an anchor measured in the same run; `python -m bench` prints all."""
