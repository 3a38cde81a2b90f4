"""Many devices: slots for workers on one machine, Ray for several, and what either is worth on paper."""
