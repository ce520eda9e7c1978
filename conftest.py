"""What tests of several packages share: a smart card service, a database, quick PINs, proofs."""

import pytest

# Proofs are functions in modules beside the tests that call them, here and in other packages;
# their assertions explain themselves too.
pytest.register_assert_rewrite("tests.purse", "tests.model", "tests.reader")

pytest_plugins = [
    "tests.grouping",
    "tests.pcsc",
    "tests.postgres",
    "tests.one_trust",
    "tests.bank.quick_pins",
]
