"""What staff look at: searches, purses and vouchers, settlement, refunds, the blocklist's reach."""
