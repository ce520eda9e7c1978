"""SMPP 3.4 over TCP: as much as brings binary short messages from an SMSC to the telecom.

The PDUs are smpplib's; the lengths that a peer may send, the sessions and the SMSC are here.

model      a short message
pdus       reading and writing PDUs, with bounds
receiver   binds to an SMSC as a transceiver and takes what it delivers
smsc       an SMSC to develop and test with
"""
