"""Lashes: those that a shut eye has, those that an opened one gets, and what must not stay."""
