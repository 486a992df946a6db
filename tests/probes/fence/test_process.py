"""The whole fence around one process, as the run puts it around its own while the project's code prepares."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings as project
from django.core.cache import caches
from django.core.files.storage import FileSystemStorage
from django.core.mail import send_mail

from loadaudit.probes.fence.process import ProcessFence
from loadaudit.probes.fence.run import fenced
from loadaudit.probes.fence.spec import FenceSpec

PYMEMCACHE = "django.core.cache.backends.memcached.PyMemcacheCache"


def patched_things() -> list[object]:
    """Return what the fence replaces, and the settings that it changes."""
    connection = redis.connection.AbstractConnection
    wrapped: Any = project.__dict__["_wrapped"]
    names = ("CACHES", "STORAGES", "MEDIA_ROOT", "EMAIL_BACKEND", "MAILERS", "TASKS")
    return [
        *(vars(connection)[name] for name in ("send_command", "pack_command", "pack_commands", "read_response")),
        *(vars(FileSystemStorage)[name] for name in ("path", "location", "delete", "listdir")),
        socket.getaddrinfo,
        *(vars(wrapped).get(name) for name in names),
    ]


def test_everything_is_held_back_and_comes_back(settings: Any, spec: FenceSpec) -> None:
    """Mail, a shared cache, connections and files; afterwards all of it is the very object that it was."""
    settings.CACHES = {"default": {"BACKEND": PYMEMCACHE, "LOCATION": "127.0.0.1:1"}}
    before = patched_things()
    with ProcessFence(project, spec):
        caches["default"].set("a", 1)
        assert caches["default"].get("a") == 1
        assert send_mail("subject", "body", "a@example.com", ["b@example.com"]) == 1
        with pytest.raises(ConnectionRefusedError, match="loadaudit"):
            socket.create_connection(("api.example.com", 443))
        assert str(spec.files_folder) in str(FileSystemStorage(location="/srv/media").location)
    assert all(one is other for one, other in zip(before, patched_things(), strict=True))


def test_every_change_is_said(settings: Any, spec: FenceSpec) -> None:
    """One sentence each, with what the operator opened, and what the start itself tried."""
    settings.CACHES = {"default": {"BACKEND": PYMEMCACHE, "LOCATION": "127.0.0.1:1"}}
    opened = FenceSpec(run_id=spec.run_id, folder=spec.folder, allow_outgoing=("api.example.com",))
    fence = ProcessFence(project, opened)
    changes = fence.install()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("other.example.com", 443))
    later = fence.install_queues()
    fence.restore()
    subjects = [change.partition(":")[0] for change in changes]
    assert subjects == ["CACHES['default']", "mail", "storages", "network"]
    assert "api.example.com (--allow-outgoing)" in changes[-1]
    assert "while the project started: refused other.example.com:443" in later


def test_run_s_fence_has_what_its_processes_need(settings: Any, tmp_path: Path) -> None:
    """A private folder for notes, the media files as a copy, and the owner by machine and process."""
    media = tmp_path / "media"
    media.mkdir()
    (media / "a.txt").write_text("original")
    settings.MEDIA_ROOT = str(media)
    said: list[str] = []
    with fenced(
        project,
        run_id="r",
        folder=tmp_path,
        allow_outgoing=(),
        process="1 1.0",
        is_alive=lambda process: process == "1 1.0",
        say=said.append,
    ) as fence:
        fence.remember()
        assert fence.spec.prefix == "loadaudit:r:"
        assert fence.spec.owner.endswith("|1 1.0")
        assert socket.gethostname() in fence.spec.owner
        assert Path(str(fence.spec.files_folder) + str(media), "a.txt").read_text() == "original"
        assert fence.spec.redis_folder.stat().st_mode & 0o077 == 0
    assert said == []
