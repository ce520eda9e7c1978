"""The telecom over HTTP: for its subscribers, its own programs, its bank, and TM Forum clients."""
