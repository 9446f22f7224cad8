"""Accounts and roles of staff; seats, which are participants' places in one lab; tiers."""
