"""What the run tells every process that it fences."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class FenceSpec:
    """Where the run keeps what stands in for the outside world, and what of it may be reached."""

    run_id: str
    folder: str
    """Private to the run and gone with it."""
    owner: str = ""
    """Host and process of the run, from which a later one tells whether it is dead."""
    media_root: str = ""
    """The project's MEDIA_ROOT, absolute; empty when it has none."""
    allow_outgoing: tuple[str, ...] = ()
    """Hosts, each perhaps with a port, that the operator opened."""

    @property
    def prefix(self) -> str:
        """What every Redis key of the run begins with."""
        return f"loadaudit:{self.run_id}:"

    @property
    def redis_folder(self) -> Path:
        """Where processes note the Redis databases that hold keys of the run."""
        return Path(self.folder, "redis")

    @property
    def mail_folder(self) -> Path:
        """Where links in mails to the run's own people are noted."""
        return Path(self.folder, "mail")

    @property
    def files_folder(self) -> Path:
        """Where copies of files lie, under their absolute path."""
        return Path(self.folder, "files")

    @property
    def deleted_folder(self) -> Path:
        """Where deletions of files are marked."""
        return Path(self.folder, "deleted")
