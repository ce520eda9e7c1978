"""The operator's HTTP interface as its clients see it: shapes, signatures, and a typed client."""
