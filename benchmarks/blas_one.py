"""One BLAS in a process of its own: milliseconds of products, by threads. Prints JSON. Used by `benchmarks.blas`."""

import ctypes
import json
import sys
import time

SIZES = [
    (1, 512, 512),
    (1, 2048, 2048),
    (8, 512, 2048),
    (64, 512, 512),
    (64, 512, 2048),
    (512, 512, 2048),
    (1024, 1024, 1024),
]


def main(job: dict) -> None:
    """`job`: library ("" is MLX's own), parts (with our own streams, where the engine can be imported), seconds."""
    library = ctypes.CDLL(job["library"], mode=ctypes.RTLD_GLOBAL) if job["library"] else None
    import mlx.core as mx

    mx.set_default_device(mx.cpu)
    ways = {"1": (1, mx.matmul), "2": (2, mx.matmul)} if library else {"1": (1, mx.matmul)}
    if job["parts"]:
        from engine.nn.halves import product

        ways["parts"] = (1, product)
    found = []
    for rows, inner, columns in SIZES:
        a, b = mx.random.normal((rows, inner)), mx.random.normal((inner, columns))
        mx.eval(a, b)
        for name, (threads, multiply) in ways.items():
            if library is not None:
                library.openblas_set_num_threads(threads)
            mx.eval(multiply(a, b))
            began, used, times = time.perf_counter(), time.process_time(), []
            while time.perf_counter() - began < job["seconds"] or len(times) < 3:
                start = time.perf_counter()
                mx.eval(multiply(a, b))
                times.append(time.perf_counter() - start)
            used = time.process_time() - used
            # The mean, not the best: what a busy machine does to a product is the question.
            wall = sum(times) / len(times)
            found.append(
                {"size": f"{rows} x {inner} x {columns}", "way": name, "ms": wall * 1e3, "cpu": used / len(times) * 1e3}
            )
            time.sleep(0.05)  # OpenBLAS's threads spin on for a thirtieth of a second
    print(json.dumps({"found": found}))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
