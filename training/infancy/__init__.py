"""Makes what tells infants from others: `python -m training.infancy`."""
