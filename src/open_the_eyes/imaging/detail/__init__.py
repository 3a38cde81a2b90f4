"""Fine detail: sharpness, blur, grain, noise and compression, measured and matched."""
