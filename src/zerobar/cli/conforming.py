def conformance() -> None:
    """X."""
