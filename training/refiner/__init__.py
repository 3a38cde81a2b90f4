"""Trains the refiner, which gives painted eyes detail: `python -m training.refiner FACES --held-out OTHERS -o OUT`."""
