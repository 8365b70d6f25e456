"""The tuning of a voice as a job: what is asked, and the row of it. The work is `workers.tune`."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Self, cast, get_args

from sqlmodel import Session, select

from engine import registry
from engine.defaults.speaking import kokoro_here
from engine.errors import ModelNotDownloaded, OptionError, VoiceError
from engine.registry.saying import natural
from engine.weights.missing import NATURAL, gets
from studio.library.errors import IllegalMove
from studio.library.jobs import consent
from studio.library.tables import Job, JobKind, JobPart, OwnVoice, PartKind, VoiceKind, new_id
from studio.library.voices.own import recordings
from studio.library.voices.own.consent_words import why_silent
from studio.library.voices.own.names import token
from studio.library.voices.own.speaker import KOKORO
from studio.settings import Settings

Halves = Literal["both", "prosody"]


@dataclass(frozen=True, slots=True)
class TuningOptions:
    """What of a Kokoro voice is fitted to a recording.

    Attributes:
        model: a Kokoro.
        voice: the token of the voice; filled in when the job is written.
        halves: "both", or "prosody" for pace and melody alone.
        allow_download: whether the model may be downloaded for this job.
    """

    model: str
    voice: str = ""
    halves: Halves = "both"
    allow_download: bool = False

    def as_json(self) -> dict[str, Any]:
        """For the row."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """From the row; keys of a later version are ignored."""
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in kept.items() if name in known})


def options(
    settings: Settings, model: str, halves: str, *, allow_download: bool = False, may_get: bool = True
) -> TuningOptions:
    """What is to be fitted, checked.

    Raises:
        ModelNotFound, VoiceError: no such model, or no Kokoro.
        ModelNotDownloaded: no Kokoro is here.
        OptionError: other halves than there are.
    """
    if halves not in get_args(Halves):
        raise OptionError(f"`halves` is one of {', '.join(get_args(Halves))}.")
    if model:
        card = registry.find(model, "speak")
        if card.family != KOKORO:
            raise VoiceError(f"{card.name} cannot be tuned to a recording: only {natural('speak')} can.")
    else:
        found = kokoro_here(settings.models_dir)
        if found is None:
            raise ModelNotDownloaded(
                f"Tuning takes {natural('speak')}, which is not on this machine yet; {gets(NATURAL)}."
            )
        card = found
    consent.check(settings, card.id, allowed=allow_download, may_get=may_get)
    return TuningOptions(card.id, halves=cast(Halves, halves), allow_download=allow_download)


def written(opened: Session, row: OwnVoice, asked: TuningOptions) -> tuple[Job, JobPart]:
    """The rows of the job, which are not kept yet.

    Raises:
        IllegalMove: it is a blend, has no recording, or is being tuned already.
        VoiceError: nobody has agreed.
    """
    if row.kind is VoiceKind.BLEND:
        raise IllegalMove("A blend has no recording that could be fitted to.")
    if silent := why_silent(row.name, row.consent):
        raise VoiceError(silent)
    if recordings.plain_of(recordings.of(opened, row.id)) is None:
        raise IllegalMove("This voice has no recording that could be fitted to; add one first.")
    if running(opened, row.owner, row.id):
        raise IllegalMove("This voice is being tuned already; wait for that, or cancel it.")
    kept = TuningOptions(asked.model, token(row.id), asked.halves, asked.allow_download)
    job = Job(id=new_id(), owner=row.owner, kind=JobKind.TUNING, title=row.name, options=kept.as_json())
    return job, JobPart(job_id=job.id, number=0, kind=PartKind.TUNING, title=f"Tuning {row.name}", total_s=1.0)


def running(opened: Session, owner: str, voice_id: str) -> bool:
    """Whether a voice is being tuned, or waits for it."""
    from studio.library.jobs.moves import UNFINISHED

    jobs = opened.exec(select(Job).where(Job.owner == owner, Job.kind == JobKind.TUNING)).all()
    return any(job.status in UNFINISHED and job.options.get("voice") == token(voice_id) for job in jobs)
