"""What risk officers and auditors do: cases, blocking, limits, the audit trail and its exports."""
