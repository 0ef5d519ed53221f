"""A certificate authority of this machine alone, and the certificates it gives its server.

The authority may speak for private networks and for this machine's own names, and for nobody else (name constraints): a
phone that trusts it is not at the mercy of whoever steals its key. It stays the same for as long as the data folder does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any, Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from server.tls.machine import Names

if TYPE_CHECKING:
    from datetime import datetime

AUTHORITY_LIFETIME = timedelta(days=30 * 365)
LONGEST_LIFETIME = timedelta(days=397)
"""What browsers take at most."""
RENEWED_BEFORE = timedelta(days=60)
_SLOW_CLOCKS = timedelta(days=2)
"""A phone whose clock is behind must not find a certificate that is yet to come."""
PRIVATE_DOMAINS = ("localhost", "local", "lan", "home", "internal", "intranet", "corp", "localdomain", "home.arpa")
PRIVATE_NETWORKS = tuple(
    ip_network(net) for net in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "::1/128", "fc00::/7")
)
_CA_USAGE = x509.KeyUsage(
    digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
    key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
)  # fmt: skip
_SERVER_USAGE = x509.KeyUsage(
    digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
    key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
)  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def read(cls, pem: bytes) -> Self:
        """Raises `ValueError` for anything else than a key of ours followed by its certificate."""
        key = serialization.load_pem_private_key(pem, None)
        certificate = x509.load_pem_x509_certificates(pem)[0]
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
            raise ValueError("the key is not the certificate's")
        return cls(certificate, key)

    @property
    def pem(self) -> bytes:
        key = self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return key + self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def names(self) -> Names:
        found = self.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return Names.of([*found.get_values_for_type(x509.DNSName), *map(str, found.get_values_for_type(x509.IPAddress))])


def new_authority(machine: str, own: Names, at: datetime) -> Pair:
    """May also speak for the names of `own`, private or not."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Établi"), x509.NameAttribute(NameOID.COMMON_NAME, f"Établi {machine}"[:64]),
    ])  # fmt: skip
    domains = [x509.DNSName(domain) for domain in sorted({*PRIVATE_DOMAINS, *own.dns})]
    networks = {*PRIVATE_NETWORKS, *(ip_network(address) for address in own.addresses if not _is_private(address))}
    addresses = [x509.IPAddress(network) for network in sorted(networks, key=lambda net: (net.version, str(net)))]
    builder = (
        _builder(name, name, key, at, AUTHORITY_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_CA_USAGE, critical=True)
        .add_extension(x509.NameConstraints([*domains, *addresses], None), critical=True)
    )
    return Pair(builder.sign(key, hashes.SHA256()), key)


def issue(authority: Pair, wanted: Names, at: datetime) -> Pair:
    """A server's certificate for those of `wanted` that the authority may speak for."""
    key = ec.generate_private_key(ec.SECP256R1())
    names = permitted(authority, wanted)
    general = [*map(x509.DNSName, sorted(names.dns)), *map(x509.IPAddress, sorted(names.addresses, key=lambda one: (one.version, one)))]
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Établi server")])
    signer = authority.key.public_key()
    builder = (
        _builder(subject, authority.certificate.subject, key, at, LONGEST_LIFETIME)
        .add_extension(x509.SubjectAlternativeName(general), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_SERVER_USAGE, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer), critical=False)
    )
    return Pair(builder.sign(authority.key, hashes.SHA256()), key)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, at: datetime, lifetime: timedelta
) -> x509.CertificateBuilder:
    begins = at.replace(microsecond=0) - _SLOW_CLOCKS
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def permitted(authority: Pair, wanted: Names) -> Names:
    allowed = authority.certificate.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    domains = [one.value for one in allowed if isinstance(one, x509.DNSName)]
    networks: list[Any] = [one.value for one in allowed if isinstance(one, x509.IPAddress)]
    dns = {name for name in wanted.dns if any(f".{name}".endswith(f".{domain}") for domain in domains)}
    return Names(frozenset(dns), frozenset(one for one in wanted.addresses if any(one in network for network in networks)))


def is_due(server: Pair, authority: Pair, wanted: Names, at: datetime) -> bool:
    """Whether another one must be issued: soon out of date, from another authority, or without a name that is wanted now."""
    certificate = server.certificate
    is_current = certificate.not_valid_before_utc <= at < certificate.not_valid_after_utc - RENEWED_BEFORE
    is_ours = certificate.issuer == authority.certificate.subject and _is_signed_by(certificate, authority)
    return not (is_current and is_ours and permitted(authority, wanted) <= server.names)


def _is_signed_by(certificate: x509.Certificate, authority: Pair) -> bool:
    try:
        certificate.verify_directly_issued_by(authority.certificate)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _is_private(address: object) -> bool:
    return any(address in network for network in PRIVATE_NETWORKS)


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 as people compare it: pairs of hexadecimal digits."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()
