"""The phone's program: its wallet at the bank, its SIM, and what happens while there is no network.

folder, memory     what the phone keeps, readable by its owner only
sim, recording     the SIM in its slot, and an ear on all that is sent and received
session, wallet    the bank: opening, signing in, money between wallet, cards and people
purse, vouchers    the SIM's purse: loads, taps, vouchers, what is in flight
synchroniser       what has to happen once there is a network, in a thread of its own
api, serving       the screen's HTTP interface, on this machine only
"""
