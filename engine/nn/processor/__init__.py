"""What networks compute with NumPy where there is no GPU: products, rows, streams, and the cores they share."""
