"""Models in memory: one thread each, a budget, eviction, and streams that cross threads.

`models` is the pool, `places` decides who is in memory, `loading` makes a model of files, `thread` is where one model
lives, `stream` is what a consumer holds, `hearing` brings recordings and microphones to a model. Everything that
crosses the pool's border is NumPy arrays and plain values.
"""

from engine.pool.hearing import LiveHandle
from engine.pool.models import ModelPool
from engine.pool.places import LoadedModel
from engine.pool.stream import Stream, ended

__all__ = ["LiveHandle", "LoadedModel", "ModelPool", "Stream", "ended"]
