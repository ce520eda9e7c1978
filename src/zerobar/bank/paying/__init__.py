"""Paying: one engine for transfers, merchants' orders, codes and requests, and what follows.

facts      what is known about orders, read for all that wait in one statement
judging    the rules: an order and its facts become a posting, or a refusal
guessing   numbers are not to be listed by paying them
engine     look up, judge, post, conclude: `pay_now(bank, order)` for one order
desk       the same for all that come at once: `PaymentDesk(bank)`
express    the same without any thread, for orders of which all is remembered: `Express(...)`
topping    a card pays what a payment lacks
codes      enrolling and reading customers' codes
charging   `pay_by_code(bank, charge)`, and what waits for the holder
refunds    `refund_payment(bank, refund_id, payment_id, amount, by, reason=..., rows=...)`
requests   asking somebody for money
payees     naming a payee, and whom a payer sees
reading    what became of a payment; notices
statements movements of a wallet; `papers` makes files of them
records    what the ledger stores with the money: `TABLES` is for its poster
"""
