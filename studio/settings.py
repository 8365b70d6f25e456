"""Every setting of the studio, read once from STUDIO_* (or a .env file) and passed down as a value."""

from functools import cached_property
from pathlib import Path

import platformdirs
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from studio.logs import Level

OWNER = "local"
"""The name under which is kept what whoever runs the studio makes, where nobody logs in."""

PROJECT = Path(__file__).resolve().parent.parent
IS_CHECKOUT = (PROJECT / "pyproject.toml").is_file()
"""Whether the studio runs from its tree. Otherwise it is installed, and what lies around it is Python's."""


class Settings(BaseSettings):
    """STUDIO_PORT=8000 in the environment or in `.env` sets `port`, and so on."""

    model_config = SettingsConfigDict(env_prefix="STUDIO_", env_file=".env", extra="ignore", frozen=True)

    # Where things are kept.
    outputs: Path = Field(
        default_factory=lambda: (PROJECT if IS_CHECKOUT else platformdirs.user_data_path("speech-studio")) / "outputs",
        description="What people make, and the database.",
    )
    database_url: str = Field(default="", description="Any SQLAlchemy URL; empty is SQLite in the outputs folder.")
    models_dir: Path | None = Field(default=None, description="Where models are kept; empty is the hub's own cache.")
    natural_dir: Path | None = Field(
        default=None,
        description="A folder with the natural set's packages, or the hub's files; asked before the network.",
    )

    log_level: Level = Field(
        default="info",
        description="From which on lines are kept in the outputs' `logs` folder; debug also keeps what people wrote.",
    )

    # Who may come in.
    host: str = "127.0.0.1"
    port: int = 7860
    users: dict[str, SecretStr] = Field(
        default_factory=dict,
        description='Login name -> key, as JSON: {"ada": "a long secret"}. The first one keeps the models.',
    )
    token: bool | None = Field(
        default=None,
        description="Where nobody logs in: true asks for a token on this machine too, false nobody; "
        "unset asks whoever comes from elsewhere.",
    )
    allowed_hosts: list[str] = Field(default_factory=list, description="Further Host names to answer to.")
    share: bool = Field(default=False, description="Open Gradio's public link.")
    https: bool = Field(default=False, description="Speak https, with a certificate of the studio's own.")
    c2pa: bool = Field(
        default=False,
        description="Sign finished WAV, MP3, M4A and M4B files (C2PA) with a certificate of the studio's own; "
        "needs the extra `c2pa`.",
    )
    session_secret: SecretStr | None = Field(default=None, description="Signs the login cookie; made up when empty.")

    # The queue.
    redis_url: str = Field(default="", description="A Redis of yours; empty starts a private one on a socket.")
    workers: int = Field(default=1, ge=0, le=64, description="Worker processes that `studio run` starts.")

    # Who speaks and listens unless a request says otherwise; empty is the rule of engine.defaults.
    speak_model: str = ""
    voice: str = Field(default="", description="For what is in its language; it is one of the model's, if one is set.")
    transcribe_model: str = ""
    memory_budget_gb: float = Field(
        default=0.0, ge=0, description="For loaded models; 0 is half of the machine's memory."
    )
    offline: bool = Field(default=False, description="Never touch the network.")

    # How much one person may ask for.
    max_upload_mb: int = Field(default=2000, ge=1)
    max_speech_chars: int = Field(default=100_000, ge=1, description="Longest text of one speech request.")
    max_book_chars: int = Field(default=20_000_000, ge=1, description="Longest text of one book.")
    max_streams: int = Field(default=4, ge=1, description="Streams one person may have open at once.")
    max_queued_jobs: int = Field(default=50, ge=1, description="Unfinished jobs one person may have.")

    @cached_property
    def resolved_database_url(self) -> str:
        """The database's SQLAlchemy URL."""
        return self.database_url or f"sqlite:///{self.outputs / 'studio.db'}"

    @field_validator("models_dir", "natural_dir", mode="before")
    @classmethod
    def _no_folder(cls, value: object) -> object:
        """An empty name is no folder, and not the one a program happens to stand in."""
        return None if value == "" else value

    @field_validator("log_level", mode="before")
    @classmethod
    def _small_letters(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @property
    def logs(self) -> Path:
        """Where the studio and its workers write down what they do."""
        return self.outputs / "logs"

    @property
    def keeper(self) -> str:
        """Who gets, unloads and removes models: the first user, or the owner among guests; "" is whoever is here."""
        return next(iter(self.users), "" if self.is_local_only else OWNER)

    @property
    def is_loopback(self) -> bool:
        """Whether the port itself can be reached from this machine alone."""
        return self.host in {"127.0.0.1", "::1", "localhost"}

    @property
    def asks_here(self) -> bool:
        """Whether somebody on this machine is asked who they are: for a login or for a token."""
        return bool(self.users) or (not self.is_loopback if self.token is None else self.token)

    @property
    def is_local_only(self) -> bool:
        """Whether only this machine can reach the page."""
        return self.is_loopback and not self.share
