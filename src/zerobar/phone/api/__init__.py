"""The phone's HTTP interface for its own screen: parse, let in, call, answer."""
