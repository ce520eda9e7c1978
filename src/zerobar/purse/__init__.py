"""What runs inside the secure element: messages, suites, memory, log and the applet.

Imports nothing of the rest of the project and does no I/O; randomness is passed in.
The protocol it speaks is described in ``docs/protocol.md``.
"""
