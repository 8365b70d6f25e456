"""One text, one seed, several ways to have it spoken, and what they differ in.

`ways` has it spoken (whole, as a clean stream, as a smooth stream, through a callback), `measures` puts the takes side
by side, `picture` draws them. Proof, for whoever wants it, that a stream is the whole.
"""

from engine.compare.measures import Measures, measured
from engine.compare.picture import picture
from engine.compare.ways import FILES, NAMES, Progress, Take, Way, remark, takes

__all__ = ["FILES", "NAMES", "Measures", "Progress", "Take", "Way", "measured", "picture", "remark", "takes"]
