"""What is to be said, by whom and how -> the rows that the talker is given before its first frame.

Two lanes are added row by row, text and codec:

    instruction | role | language | speaker | start | the whole text, its end | go

The whole text stands before the first frame, also for a voice of a recording: fed while it speaks, as the reference
feeds it there, the voice speaks faster and faster. `fed` is that layout, for text that is still being written.

Source: Qwen3-TTS, QwenLM (Apache-2.0), modeling_qwen3_tts.py and qwen3_tts_model.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import mlx.core as mx

from engine.tts.qwen3_tts.talker import Talker

AUTO = "auto"
"""The language is left to the model."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A request's texts as tokens, without the marks around them.

    Attributes:
        assistant, user, newline: of the roles' names and the line end.
        text: what is to be said.
        instruction: how; () is not at all.
        reference: what is said in a recording; () where it is sounded like by its vector alone.
    """

    assistant: Sequence[int]
    user: Sequence[int]
    newline: Sequence[int]
    text: Sequence[int]
    instruction: Sequence[int] = ()
    reference: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Prompt:
    """Rows for the talker.

    Attributes:
        rows: [n, hidden], before the first frame.
        trailing: [m, hidden], m at least 1: the text's row beside each frame; the last one goes on for ever.
    """

    rows: mx.array
    trailing: mx.array


@dataclass(frozen=True, slots=True)
class Spoken:
    """Who speaks.

    Attributes:
        language: a language's name of the checkpoint, or "auto".
        voice: a voice's name of the checkpoint; "" for none.
        vector: [hidden], a recording's; None for none.
        codes: int [frames, 16], a recording's; None for none.
    """

    language: str
    voice: str = ""
    vector: mx.array | None = None
    codes: mx.array | None = None


def prompt(talker: Talker, tokens: Tokens, spoken: Spoken, *, fed: bool = False) -> Prompt:
    """A prompt's rows.

    Args:
        talker: whose tables are looked up.
        tokens: what is said.
        spoken: by whom.
        fed: give the text row by row beside the frames.
    """
    config = talker.config
    text, codec = config.text, config.codec
    pad = talker.text([text.pad])
    rows: list[mx.array] = []
    if tokens.instruction:
        around = [text.start, *tokens.user, *tokens.newline], [text.end, *tokens.newline]
        rows.append(talker.text([*around[0], *tokens.instruction, *around[1]]))
    rows.append(talker.text([text.start, *tokens.assistant, *tokens.newline]))
    rows.append(pad + talker.marks(_language(talker, spoken)))
    if spoken.voice:
        rows.append(pad + talker.marks([config.voices[spoken.voice]]))
    if spoken.vector is not None:
        rows.append(pad + spoken.vector.reshape(1, -1).astype(talker.dtype))
    rows.append(talker.text([text.bos]) + talker.marks([codec.pad]))

    said = talker.text([*tokens.reference, *tokens.text, text.eos])
    go = talker.marks([codec.bos])
    if spoken.codes is not None:
        heard = mx.concatenate([go, talker.frames(spoken.codes)])
        if not fed:
            rows += [said + talker.marks([codec.pad]), pad + heard]
            return Prompt(mx.concatenate(rows), pad)
        n = heard.shape[0]
        beside = said[:n] if said.shape[0] >= n else mx.concatenate([said, mx.repeat(pad, n - said.shape[0], axis=0)])
        rows.append(beside + heard)
        return Prompt(mx.concatenate(rows), mx.concatenate([said[n:], pad]))
    if fed:
        rows.append(said[:1] + go)
        return Prompt(mx.concatenate(rows), mx.concatenate([said[1:], pad]))
    rows += [said + talker.marks([codec.pad]), pad + go]
    return Prompt(mx.concatenate(rows), pad)


def _language(talker: Talker, spoken: Spoken) -> list[int]:
    """The marks of a language; a voice with a dialect speaks that where it would speak Chinese or may choose."""
    config = talker.config
    codec = config.codec
    language = spoken.language
    if language in ("chinese", AUTO):
        language = config.dialects.get(spoken.voice, language)
    if language == AUTO:
        return [codec.nothink, codec.think_bos, codec.think_eos]
    return [codec.think, codec.think_bos, config.languages[language], codec.think_eos]
