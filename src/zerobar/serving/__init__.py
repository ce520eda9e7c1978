"""What every program that serves HTTP shares: reading strictly, telling problems, screens.

strictness  bodies are read as their types say
problems    errors leave as problem documents (RFC 9457)
headers     what keeps answers out of caches, frames and other sites
access      who may speak to a program at 127.0.0.1: its own screen
programs    serving until interrupted, and ending in order
screens     the built screens
policy      what a screen may load, ask and be framed by
"""
