# SPDX-License-Identifier: Apache-2.0
"""Registries that want to know who asks: bearer tokens, authorities of their own, client certificates."""
import shutil
import ssl
import subprocess

import pytest
from producing import INGEST
from fake_registry import FakeRegistry, Told

LINE = '{"result": "200", "status": "subscribed"}\n'


def encode(producer, url, *more):
    return producer.run("encode", "--registry", url, "--out", "out.bin", "--ingest-time", INGEST, *more,
                        stdin=LINE)


# ---- tokens


def test_a_token_is_sent_as_it_stands_in_its_file(producer, fake, tmp_path):
    (tmp_path / "token").write_text("abc.DEF-123~+/=\r\n")
    done = encode(producer, fake.url, "--registry-token-file", "token")
    assert done.returncode == 0, done.stderr.decode()
    assert {asked.headers.get("Authorization") for asked in fake.asked} == {"Bearer abc.DEF-123~+/="}


def test_a_token_is_never_shown(producer, tmp_path):
    (tmp_path / "token").write_text("secret")
    with FakeRegistry({"GET /config": Told(401, {"error_code": 401, "message": "Unauthorized"})}) as fake:
        done = encode(producer, fake.url, "--registry-token-file", "token")
    assert done.returncode == 2
    assert b"answered 401 (error 401): Unauthorized" in done.stderr and b"secret" not in done.stderr


@pytest.mark.parametrize("text", ["", "\n", "two words", "a\nb", "é", "x" * 8193])
def test_a_file_that_holds_no_token_is_refused(producer, fake, tmp_path, text):
    (tmp_path / "token").write_text(text)
    done = encode(producer, fake.url, "--registry-token-file", "token")
    assert done.returncode == 2
    assert b"token does not hold one token" in done.stderr
    assert fake.asked == []


def test_a_token_and_a_user_exclude_each_other(producer, fake, tmp_path):
    (tmp_path / "token").write_text("t")
    done = encode(producer, fake.url.replace("//", "//u:p@"), "--registry-token-file", "token")
    assert done.returncode == 2
    assert b"cannot both be given" in done.stderr


@pytest.mark.parametrize("option", ["token-file", "ca", "cert"])
def test_a_file_that_cannot_be_read_is_named(producer, fake, option):
    done = encode(producer, fake.url, f"--registry-{option}", "nowhere.pem")
    assert done.returncode == 2
    assert b"cannot read nowhere.pem: No such file or directory" in done.stderr


def test_a_key_alone_is_refused(producer, fake):
    done = encode(producer, fake.url, "--registry-key", "key.pem")
    assert done.returncode == 2
    assert b"--registry-key goes with --registry-cert" in done.stderr


# ---- TLS


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    """An authority, a certificate for 127.0.0.1 and one for us; and an authority that vouches for nobody."""
    if not shutil.which("openssl"):
        pytest.skip("the program openssl is missing")
    folder = tmp_path_factory.mktemp("papers")

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    for name in ("ca", "other"):
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out",
                f"{name}.pem", "-subj", f"/CN={name}", "-days", "2")
    for name in ("server", "us"):
        (folder / "ext").write_text("subjectAltName=IP:127.0.0.1\n")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr",
                "-subj", f"/CN={name}")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                "-CAcreateserial", "-out", f"{name}.pem", "-days", "2", "-extfile", "ext")
    (folder / "both.pem").write_bytes((folder / "us.pem").read_bytes() + (folder / "us.key").read_bytes())
    return folder


@pytest.fixture(params=[False, True], ids=["server", "mutual"])
def guarded(request, papers):
    """The address of a registry behind TLS, and whether it wants a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(papers / "server.pem", papers / "server.key")
    if request.param:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(papers / "ca.pem")
    with FakeRegistry() as fake:
        fake.server.socket = context.wrap_socket(fake.server.socket, server_side=True)
        yield f"https://127.0.0.1:{fake.port}", request.param


def test_a_registry_is_believed_when_its_authority_is(producer, papers, guarded):
    url, mutual = guarded
    ca = ["--registry-ca", papers / "ca.pem"]
    us = ["--registry-cert", papers / "us.pem", "--registry-key", papers / "us.key"]
    for more in (us, ["--registry-cert", papers / "both.pem"]):
        done = encode(producer, url, *ca, *more)
        assert done.returncode == 0, done.stderr.decode()
    done = encode(producer, url, *ca, "--registry-timeout", "2")
    assert done.returncode == (2 if mutual else 0)


@pytest.mark.parametrize("authority", [None, "other.pem"])
def test_a_registry_that_nobody_vouches_for_is_not_told_anything(producer, papers, guarded, authority):
    more = ["--registry-ca", papers / authority] if authority else []
    done = encode(producer, guarded[0], *more)
    assert done.returncode == 2
    assert b"cannot reach the registry at https://127.0.0.1" in done.stderr
    assert b"certificate" in done.stderr
