"""Makes `exemplars.npz`: detail of photographed eyes, and where painted ones lack it."""
