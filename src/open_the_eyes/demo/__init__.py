"""The demo, and the blink it paints: what shows and measures the product, and never makes a result."""
