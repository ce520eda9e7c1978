"""The staff's console over HTTP: operations, risk, control and health."""
