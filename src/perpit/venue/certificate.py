"""A certificate that the venue makes for itself (`--tls self-signed`): for its host and for this machine's names.

In a data directory it is kept, so that clients which trust it once go on trusting it; in memory it is made anew.
"""

import datetime
import ipaddress
import os
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from perpit.home import write_atomically

DAYS = 3650


def self_signed(directory: Path, host: str) -> tuple[Path, Path]:
    """The files of certificate and key in a directory, made when they are not there."""
    certificate, key = directory / "tls_cert.pem", directory / "tls_key.pem"
    if not (certificate.exists() and key.exists()):
        private = ec.generate_private_key(ec.SECP256R1())
        plain = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_atomically(key, plain)
        write_atomically(certificate, signed(private, host).public_bytes(Encoding.PEM))
        os.chmod(certificate, 0o644)
    return certificate, key


def signed(private: ec.EllipticCurvePrivateKey, host: str) -> x509.Certificate:
    """A certificate for the host, localhost and the loopback addresses, signed with its own key."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Perpit")])
    now = datetime.datetime.now(datetime.UTC)
    names = dict.fromkeys([host, "localhost", "127.0.0.1", "::1"])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName([general_name(one) for one in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(private, hashes.SHA256())
    )


def general_name(host: str) -> x509.GeneralName:
    """A host as it stands in a certificate: an address or a name."""
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
