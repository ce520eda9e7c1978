"""Digital cash that pays with zero bars of signal.

The packages stand on floors, and each imports only from lower ones:

- `purse`: what runs inside the secure element: messages, log, memory, applet. No input or output.
- `issuer`: what an operator signs: certificates, loads, sync acknowledgements, blocklists.
- `reader`: the terminal's side of a card: links to it, typed commands, the tap.
- `element`: the virtual secure element: a purse kept in a file and served as a smart card.
- `branch`: where a card meets its operator's desk: load, unload, sync.
- `conformance`: the suite that holds any purse to the protocol, over any link.
- `cli` and `demo`: the commands, and the story they tell.
"""

__version__ = "0.1.0"
