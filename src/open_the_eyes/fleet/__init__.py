"""Many devices: slots for workers on one machine, Ray for several."""
