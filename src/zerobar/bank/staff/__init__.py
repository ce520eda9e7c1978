"""The operator's and the authority's own people: roles, passkeys, approvals by two, the audit."""
