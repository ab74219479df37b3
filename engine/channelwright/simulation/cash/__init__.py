"""Money: invoices, bills, contracts, postings and the ledger."""
