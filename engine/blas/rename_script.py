"""Run by itself, never imported: copy a shared library with its names plain.

    python rename_script.py SOURCE TARGET PREFIX

PREFIX is cut off every name that begins with it; the hash tables by which the loader finds names are built anew by
LIEF (Apache-2.0; patchelf does not rename, and is GPL). In a process of its own: it takes four times the library in
memory, and whatever it stumbles over costs the copy alone.
"""

import os
import sys

import lief

SONAME = "libspeech-studio-blas.so"
"""A name of our own: the loader takes two libraries of one name for the same."""


def main(source: str, target: str, prefix: str) -> int:
    """See above."""
    library = lief.ELF.parse(source)
    if library is None:
        return 1
    for symbol in library.dynamic_symbols:
        name = str(symbol.name)
        if name.startswith(prefix):
            symbol.name = name.removeprefix(prefix)
    entry = library.get(lief.ELF.DynamicEntry.TAG.SONAME)
    if isinstance(entry, lief.ELF.DynamicSharedObject):
        entry.name = SONAME
    library.write(target)
    # A stamp must never be on the disk before what it stands for.
    with open(target, "rb+") as written:
        os.fsync(written.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
