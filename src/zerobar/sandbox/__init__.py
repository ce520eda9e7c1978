"""The sandbox: a bank, an identity register and a short-message service to develop against.

One small program with a store of its own, reached over HTTP only. It knows nothing of the
operator, and can be told to be slow, to lose requests or answers, to refuse, or not to know yet.
"""
