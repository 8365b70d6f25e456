"""Weights as they lie on disk, and as they are given to networks."""
