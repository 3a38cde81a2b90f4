"""Trains the refiner, the network that gives the appearance model's eyes the detail of photographs."""
