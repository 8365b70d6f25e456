"""What a person or a program touches, and what is remembered."""

import os

# NumPy's own OpenBLAS reads this while it is loaded; `engine.allowance` says why one. Workers inherit it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
