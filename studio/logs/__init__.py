"""What the studio writes down about itself, in `outputs/logs/`. Knows no door and no job."""

from studio.logs.about import about_request, about_this_process
from studio.logs.keeping import Level, kept
from studio.logs.slots import worker_slot

__all__ = ["Level", "about_request", "about_this_process", "kept", "worker_slot"]
