"""The same server under TLS: HTTP, streams, and a slow reader through the encrypted transport."""

import datetime
import ipaddress
import json
import ssl
from pathlib import Path

import httpx
import pytest
import websockets
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from perpit.server.serve import Tls
from tests.server.served import served


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    """A certificate for 127.0.0.1, signed by itself."""
    directory: Path = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "perpit test")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    (directory / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (directory / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return Tls(str(directory / "cert.pem"), str(directory / "key.pem"))


async def test_https_and_wss_work_as_http_and_ws_do(tls: Tls) -> None:
    context = ssl.create_default_context(cafile=tls.cert_file)
    async with served(tls=tls) as at:
        assert at.server.scheme_suffix == "s"
        async with httpx.AsyncClient(verify=context) as client:
            answer = await client.post(
                at.http("/fapi/v1/order").replace("http:", "https:"), content=b"x" * 1000
            )
            assert answer.text == "dialect|POST|/fapi/v1/order||1000|127.0.0.1"
        url = at.ws("/ws/btcusdt@trade").replace("ws:", "wss:")
        async with websockets.connect(url, ssl=context) as client:
            for _ in range(20):
                at.floor.trade()
            trades = [json.loads(await client.recv())["t"] for _ in range(20)]
            assert trades == list(range(1, 21))
