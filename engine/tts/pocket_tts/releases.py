"""What was released, a row each: the numbers that the reference keeps in files of its package, beside no weights.

What tensors show (sizes, the vector before the voice, how a flow is timed) is read from them and is not here.
Source: `pocket_tts` 4.0.1 (MIT), its configuration files.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal

from engine.errors import WeightsError

Flow = Literal["lsd", "flow_matching", "drifting", "pointwise"]

OPEN = "kyutai/pocket-tts-without-voice-cloning"
"""The repository that anybody may take from: the same voices' weights, ready voices, tokenizers."""
GATED = "kyutai/pocket-tts"
"""The one with the encoder, whose terms are to be accepted."""

APOSTROPHES = {"’": "'", "‘": "'"}
_SMALL = {"–": ",", "—": ",", **APOSTROPHES}
_BARE = {mark: "" for mark in '"“”„«»()[]'} | APOSTROPHES | {"–": ","}


@dataclass(frozen=True, slots=True)
class Release:
    """One release.

    Attributes:
        name: the folder's in both repositories.
        language: BCP 47 tag.
        label: what a person reads behind the family's name.
        voice: the voice that speaks where none is asked for.
        tokenizer: where its tokenizer lies in the open repository.
        megabytes: of its weights.
        gated, open: commits of the two repositories that have its weights.
        temperature: the variance of the noise.
        threshold: the end's logit above which it is an end.
        flow: how noise becomes a latent.
        steps: of the flow.
        replaced: characters that the model was never shown, and what stands for them.
        short_padded: whether texts of few words begin with spaces.
        no_semicolons: whether they become commas.
        frames_after: frames after the end's, where the release says so.
        heads, codec_heads: of the attentions; None for one to 64 numbers (32 in the small decoders).
        window: positions that the decoder's attention sees; None for 250 (50 in the small decoders).
    """

    name: str
    language: str = "en"
    label: str = ""
    voice: str = "alba"
    tokenizer: str = ""
    megabytes: int = 400
    gated: str = "main"
    open: str = "main"
    temperature: float = 0.3
    threshold: float = -4.0
    flow: Flow = "lsd"
    steps: int = 1
    replaced: Mapping[str, str] = field(default_factory=dict[str, str])
    short_padded: bool = False
    no_semicolons: bool = False
    frames_after: int | None = None
    heads: int | None = None
    codec_heads: int | None = None
    window: int | None = None


_TOKENIZER_2026_09 = "languages/english_2026-09/tokenizer.json"
_3E82, _1E08 = "3e82814a68665eec246ff649b14c71331f955c06", "1e08e6a23401048648a9fdcfde2f89348215c2a7"
_2DD9, _4E1E = "2dd944b099d06bb9edbd221fef138685711d9bf0", "4e1e0a3e611c51c0b4ed8174fc10f32a54644303"
_DB04 = "db04f0e653473e5c7333c69686ac92b7460b0c1d"
LATEST_OPEN = "a7056f505a4a8ca72d8b5fb1440071d6f1a35739"
"""The commit with every release's ready voices and tokenizer."""


def _english(name: str, label: str, gated: str, open_: str, tokenizer: str = "", **more: Any) -> Release:
    where = tokenizer or f"languages/{name}/tokenizer.json"
    base = Release(name, label=label, tokenizer=where, gated=gated, open=open_, replaced=APOSTROPHES)
    return replace(base, **more)


def _small(size: str, megabytes: int, flow: Flow) -> tuple[Release, ...]:
    return tuple(
        _english(
            f"english_{size}{kind}_2026-10",
            f"English ({size.upper()}{label})",
            _DB04,
            LATEST_OPEN,
            f"languages/english_{size}{kind}_2026-10/tokenizer.model",
            megabytes=megabytes,
            threshold=-1.0,
            flow=flow,
            replaced=_SMALL,
        )
        for kind, label in (("", ""), ("_refl", ", refl"))
    )


def _language(name: str, tag: str, label: str, voice: str, **more: Any) -> tuple[Release, ...]:
    where = f"languages/{name}/tokenizer.json"
    base = Release(name, tag, label, voice, where, gated=_3E82, open=_1E08, replaced=_BARE)
    large = replace(
        base,
        name=f"{name}_24l",
        label=f"{label} (24 layers)",
        tokenizer=f"languages/{name}_24l/tokenizer.json",
        megabytes=1310,
        gated=_3E82 if name == "french" else _2DD9,
        open=_1E08 if name == "french" else _4E1E,
    )
    return replace(base, **more), replace(large, **more)


RELEASES: tuple[Release, ...] = (
    _english("english_2026-10", "English", _DB04, LATEST_OPEN, _TOKENIZER_2026_09),
    *_small("18m", 110, "drifting"),
    *_small("7m", 75, "drifting"),
    *_small("2m", 48, "pointwise"),
    *_language("french", "fr", "French", "estelle", no_semicolons=True, replaced={**_BARE, ":": ","}),
    *_language("german", "de", "German", "juergen", no_semicolons=True, replaced={**_BARE, "—": ","}),
    *_language("italian", "it", "Italian", "giovanni"),
    *_language("spanish", "es", "Spanish", "lola", replaced={**_BARE, "¡": "", "¿": ""}),
    *_language("portuguese", "pt", "Portuguese", "rafael"),
    *_language("dutch", "nl", "Dutch", "daan"),
    _english(
        "english_2026-09_24l",
        "English 2026-09 (24 layers)",
        "983151f13aaeab1b13c1e5e3c2c383d49a9edf3f",
        "e7205b6ee50e654a5ea19f0e9df2b0813b05e921",
        megabytes=1310,
    ),
    _english(
        "english_2026-09_2",
        "English 2026-09, second",
        "7f364c05d1be3faf2b234cdbe4cbb68a026d4218",
        "575d14372df89a4534bcb989870a34e77544b09f",
        _TOKENIZER_2026_09,
    ),
    _english(
        "english_2026-09",
        "English 2026-09",
        "983151f13aaeab1b13c1e5e3c2c383d49a9edf3f",
        "e7205b6ee50e654a5ea19f0e9df2b0813b05e921",
    ),
    _english(
        "english_drifting_26-09",
        "English 2026-09, drifting",
        "75cfe24e3142233bb81887fed3482e9652bb4a6e",
        "a5ce31f3eba7a3b0cb9c24ba2015b098f278eaae",
        _TOKENIZER_2026_09,
        flow="drifting",
    ),
    _english(
        "english_2026-04_24l",
        "English 2026-04 (24 layers)",
        "492522650173a0653b7575cdc25ae09810e5d741",
        "e81d79e8194ad4c7ce879c87a4258ef20cbf2487",
        megabytes=1310,
    ),
    _english(
        "english_2026-04",
        "English 2026-04",
        "19f95fe2df36e79fbd9f10008595cc4c977a0fcc",
        "d29db7978e464fb90cb3359ee0c69a273b9142cc",
    ),
    _english(
        "english_2026-01",
        "English 2026-01",
        "39592ff23c9ef80098bb74895d104c26275fe2c9",
        "d29db7978e464fb90cb3359ee0c69a273b9142cc",
        "tokenizer.json",
        megabytes=475,
        short_padded=True,
    ),
)

BY_NAME = {release.name: release for release in RELEASES}


def of_folder(folder: Path) -> Release:
    """The release whose folder this is: by its name, or by a config.json with `release` and what differs from it.

    Raises:
        WeightsError: it is none that is known, or config.json is damaged.
    """
    path = folder / "config.json"
    if not path.is_file():
        if folder.name not in BY_NAME:
            raise WeightsError(
                f"{folder.name} is no release of Pocket TTS that is known here. Put a config.json beside the weights "
                'that says which: {"model_type": "pocket_tts", "release": "english_2026-10"}.'
            )
        return BY_NAME[folder.name]
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
        base = BY_NAME.get(str(found.get("release", "")), Release(folder.name))
        known = {one.name for one in fields(Release)} - {"name"}
        return replace(base, **{name: value for name, value in found.items() if name in known})
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as exc:
        raise WeightsError("Pocket TTS's config.json is damaged.") from exc
