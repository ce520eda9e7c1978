"""The HTTP interface of the bank: parse, authorise, call a rule, answer."""
