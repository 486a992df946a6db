"""Certificates of an authority of the tests' own, made with the openssl program."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.processes import find_program


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """Paths of PEM files: the authority, a server at 127.0.0.1 and a client that it vouches for."""

    folder: Path
    authority: str
    server: str
    server_key: str
    client: str
    client_key: str


def make_papers(folder: Path) -> Papers:
    """Make all of them in the folder."""
    # What RFC 5280 asks of an authority, and Python from 3.13 on checks.
    usage = ("-addext", "keyUsage=critical,keyCertSign,cRLSign")
    _openssl(folder, *_REQUEST, *usage, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=authority", "-days", "2")
    for name, extension in (("server", "subjectAltName=IP:127.0.0.1"), ("client", "extendedKeyUsage=clientAuth")):
        (folder / f"{name}.ext").write_text(f"{extension}\n{_KEYS}")
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-extfile", f"{name}.ext", "-days", "2")
        _openssl(folder, *_REQUEST[:-1], "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        _openssl(folder, "x509", "-req", "-in", f"{name}.csr", *signed, "-CAcreateserial", "-out", f"{name}.pem")
    return Papers(
        folder=folder,
        authority=str(folder / "ca.pem"),
        server=str(folder / "server.pem"),
        server_key=str(folder / "server.key"),
        client=str(folder / "client.pem"),
        client_key=str(folder / "client.key"),
    )


_KEYS = "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
_REQUEST = ("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-x509")


def _openssl(folder: Path, *arguments: str) -> None:
    program = find_program("openssl", package="openssl")
    subprocess.run([str(program), *arguments], cwd=folder, check=True, capture_output=True)
