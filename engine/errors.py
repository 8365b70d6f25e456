"""What can go wrong in the engine, as a small tree.

    EngineError                    a sentence a person can act on; everything below is one
    ├── InputError                 what came in cannot be used
    │   ├── TextError              empty, too long, or in a script the voice cannot speak
    │   ├── AudioFormatError       not audio, torn, silent where sound is due, or a shape nobody can play
    │   ├── VoiceError             no such voice, or a voice that cannot do what was asked
    │   └── OptionError            a speed, format or setting outside its range
    ├── ModelError                 a model cannot be had
    │   ├── ModelNotFound          no such id, folder or built-in name
    │   ├── ModelNotDownloaded     known, but its files are not on this machine yet
    │   ├── DownloadError          no network, gated, torn on the way, or no room on the disk
    │   ├── WeightsError           the files are there and are not what the family expects
    │   └── OutOfMemory            it does not fit the budget, even with everything else unloaded
    ├── GenerationError            the model ran and did not give speech or text
    ├── DeviceError                nothing here plays sound, or what played it is gone
    └── Cancelled                  somebody pressed Stop; not a fault

A message says what happened, to what, and what to do. It never holds a path of this machine that the person did not
type. Doors map these once: `studio.api.errors` to HTTP, `studio.page` to notices, `studio.cli` to exit codes.
"""


class EngineError(Exception):
    """The root: its message is one sentence meant for a person."""


class InputError(EngineError):
    """What came in cannot be used."""


class TextError(InputError):
    """Text that is empty, too long, or unspeakable by the voice."""


class AudioFormatError(InputError):
    """Bytes that are not audio, or samples of a shape nobody can play."""


class AudioCutShort(AudioFormatError):
    """A recording that stops in the middle; all it holds was given before."""


class VoiceError(InputError):
    """No such voice, or one that cannot do what was asked."""


class OptionError(InputError):
    """A speed, format or other setting outside its range."""


class ModelError(EngineError):
    """A model cannot be had."""


class ModelNotFound(ModelError):
    """No model by that id, folder or built-in name."""


class ModelNotDownloaded(ModelError):
    """A known model whose files are not on this machine yet."""


class DownloadError(ModelError):
    """The files did not arrive: no network, gated, torn, or no room."""


class WeightsError(ModelError):
    """The files are there and are not what the family expects."""


class OutOfMemory(ModelError):
    """The model does not fit the memory budget."""


class GenerationError(EngineError):
    """The model ran and gave neither speech nor text."""


class DeviceError(EngineError):
    """Nothing on this machine plays sound, or what played it went away."""


class Cancelled(EngineError):
    """Somebody pressed Stop; not a fault."""
