"""Measures the product through its public doors; not installed."""
