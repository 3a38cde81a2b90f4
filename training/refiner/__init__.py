"""Trains the refiner, which gives painted eyes detail: `python -m training.refiner FACES HELD_OUT -o OUT`."""
