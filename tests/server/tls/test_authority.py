"""The authority and its certificates, as a client's own library judges them."""

import socket
import ssl
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from server.core.settings import Settings
from server.tls import authority as issuing
from server.tls import keeping
from server.tls.authority import Pair, new_authority, permitted
from server.tls.keeping import CertificateError, ensure
from server.tls.machine import Names, names_here

AT = datetime(2030, 5, 1, 12, tzinfo=UTC)
WANTED = Names.of(["localhost", "atelier-3", "atelier-3.local", "127.0.0.1", "::1", "192.168.1.20", "fd00::7", "203.0.113.9"])


def verified(authority: Pair, server: Pair, name: str, at: datetime = AT) -> None:
    """Raises `VerificationError` unless who trusts the authority may believe that the server is `name`."""
    try:
        subject: x509.GeneralName = x509.IPAddress(ip_address(name))
    except ValueError:
        subject = x509.DNSName(name)
    policy = PolicyBuilder().store(Store([authority.certificate])).time(at)
    policy.build_server_verifier(subject).verify(server.certificate, [])


@pytest.fixture(scope="module")
def authority() -> Pair:
    return new_authority("atelier-3", WANTED, AT)


class TestIssued:
    @pytest.mark.parametrize("name", sorted([*WANTED.dns, *map(str, WANTED.addresses)]))
    def test_is_believed_by_who_trusts_the_authority(self, authority, name):
        verified(authority, issuing.issue(authority, WANTED, AT), name)

    def test_is_believed_by_nobody_for_other_names_or_from_other_authorities(self, authority):
        server = issuing.issue(authority, WANTED, AT)
        for name in ("example.com", "192.168.1.21", "other.local"):
            with pytest.raises(VerificationError):
                verified(authority, server, name)
        with pytest.raises(VerificationError):
            verified(new_authority("atelier-3", WANTED, AT), server, "localhost")

    def test_lasts_no_longer_than_browsers_take_and_begins_before_slow_clocks(self, authority):
        certificate = issuing.issue(authority, WANTED, AT).certificate
        assert certificate.not_valid_after_utc - certificate.not_valid_before_utc <= timedelta(days=397)
        assert certificate.not_valid_before_utc <= AT - timedelta(days=1)

    def test_the_authority_cannot_speak_for_the_rest_of_the_world(self, authority):
        """Not even with its key in the wrong hands: who signs past the rule is not believed."""
        key = ec.generate_private_key(ec.SECP256R1())
        for name in ("bank.example", "example.com", "8.8.8.8"):
            general = x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
            forged = issuing._builder(authority.certificate.subject, authority.certificate.subject, key, AT, timedelta(days=90))
            forged = forged.add_extension(x509.SubjectAlternativeName([general]), critical=False)
            forged = forged.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
            with pytest.raises(VerificationError, match="onstraint"):
                verified(authority, Pair(forged.sign(authority.key, hashes.SHA256()), key), name)
            assert not Names.of([name]) <= permitted(authority, Names.of([name]))

    @pytest.mark.parametrize("odd", ["MY_PC", "fe80::1%eth0", "fe80::1", "0.0.0.0", "", "a..b", "é.local", "x" * 64])
    def test_what_no_certificate_can_say_is_left_out(self, odd):
        assert Names.of([odd]) == Names.of([])

    def test_names_of_this_machine(self):
        here = names_here("GMAO.Usine.lan.")
        assert {"localhost", "gmao.usine.lan"} <= here.dns
        assert {ip_address("127.0.0.1"), ip_address("::1")} <= here.addresses


@pytest.fixture
def settings(tmp_path):
    return Settings(_env_file=None, data_dir=tmp_path / "data", tls=True, base_url="https://gmao.lan:8000")


@pytest.fixture
def clock(monkeypatch):
    """The day on which the certificate is looked at."""

    def on(at: datetime) -> None:
        monkeypatch.setattr(keeping, "now", lambda: at)

    on(AT)
    return on


def kept(settings: Settings) -> tuple[Pair, Pair]:
    files = ensure(settings)
    return Pair.read((files.certificate.parent / "authority.pem").read_bytes()), Pair.read(files.certificate.read_bytes())


class TestKept:
    def test_is_made_once_and_for_us_alone(self, settings, clock):
        first, second = kept(settings), kept(settings)
        assert first[0].certificate == second[0].certificate
        assert first[1].certificate == second[1].certificate
        folder = settings.data_dir / "tls"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {
            "authority.pem": 0o600, "server.pem": 0o600, "lock": 0o600,
        }  # fmt: skip
        verified(*first, "gmao.lan")

    def test_is_renewed_before_it_runs_out_by_the_same_authority(self, settings, clock):
        authority, server = kept(settings)
        for years in range(1, 26):
            clock(at := AT + timedelta(days=350 * years))
            again, renewed = kept(settings)
            assert again.certificate == authority.certificate
            assert renewed.certificate != server.certificate
            verified(authority, renewed, "gmao.lan", at)
            server = renewed
        clock(at + timedelta(days=200))
        assert kept(settings)[1].certificate == server.certificate

    def test_is_renewed_when_the_clock_has_been_ahead(self, settings, clock):
        clock(AT + timedelta(days=100))
        kept(settings)
        clock(AT)
        assert kept(settings)[1].certificate.not_valid_before_utc < AT

    def test_is_replaced_when_this_machine_gets_another_address(self, settings, clock, monkeypatch):
        authority, server = kept(settings)
        moved = names_here("gmao.lan") | Names.of(["10.20.30.40", "fd12::9"])
        monkeypatch.setattr(keeping, "names_here", lambda *_: moved)
        again, replaced = kept(settings)
        assert again.certificate == authority.certificate
        assert replaced.certificate != server.certificate
        verified(authority, replaced, "10.20.30.40")
        monkeypatch.setattr(keeping, "names_here", lambda *_: names_here("gmao.lan"))
        assert kept(settings)[1].certificate == replaced.certificate, "an address that is gone is no reason"

    def test_a_torn_certificate_is_made_again_and_a_torn_authority_is_told(self, settings, clock):
        authority, _ = kept(settings)
        folder = settings.data_dir / "tls"
        (folder / "server.pem").write_bytes(b"half")
        verified(authority, kept(settings)[1], "localhost")
        (folder / "authority.pem").write_bytes(b"half")
        with pytest.raises(CertificateError, match="put it back from a backup"):
            kept(settings)

    def test_a_certificate_of_another_authority_is_replaced(self, settings, clock):
        kept(settings)
        (settings.data_dir / "tls" / "authority.pem").write_bytes(new_authority("x", names_here("gmao.lan"), AT).pem)
        authority, server = kept(settings)
        verified(authority, server, "gmao.lan")

    def test_an_address_it_may_not_speak_for_is_told(self, settings, clock):
        kept(settings)
        with pytest.raises(CertificateError, match=r"may not speak for gmao\.example\.org"):
            kept(settings.model_copy(update={"base_url": "https://gmao.example.org"}))

    def test_starts_at_once_make_one_authority(self, tmp_path):
        program = (
            "import sys; from server.core.settings import Settings; from server.tls.keeping import authority_of, ensure;"
            "s = Settings(_env_file=None, data_dir=sys.argv[1], tls=True); ensure(s);"
            "from server.tls.authority import fingerprint; print(fingerprint(authority_of(s)))"
        )
        starts = [subprocess.Popen([sys.executable, "-c", program, tmp_path / "data"], stdout=subprocess.PIPE) for _ in range(3)]
        assert len({start.communicate(timeout=120)[0].splitlines()[-1] for start in starts}) == 1


def served_certificate(context: ssl.SSLContext, authority: Pair, name: str) -> x509.Certificate:
    """What a client that trusts the authority is shown in a new connection."""
    client = ssl.create_default_context(cadata=authority.certificate.public_bytes(serialization.Encoding.PEM).decode())
    ours, theirs = socket.socketpair()

    def serve() -> None:
        with context.wrap_socket(ours, server_side=True) as secured:
            secured.recv(1)

    thread = threading.Thread(target=serve)
    thread.start()
    with client.wrap_socket(theirs, server_hostname=name) as secured:
        shown = secured.getpeercert(binary_form=True)
        secured.send(b".")
    thread.join(10)
    assert shown
    return x509.load_der_x509_certificate(shown)


class TestServed:
    def test_new_connections_get_a_renewed_certificate_without_a_restart(self, settings, monkeypatch):
        monkeypatch.setattr(keeping, "get_settings", lambda: settings)
        context = keeping.context()
        authority, server = kept(settings)
        assert served_certificate(context, authority, "gmao.lan") == server.certificate
        moved = names_here("gmao.lan") | Names.of(["10.20.30.40"])
        monkeypatch.setattr(keeping, "names_here", lambda *_: moved)
        keeping.refresh(settings)
        assert served_certificate(context, authority, "10.20.30.40") == kept(settings)[1].certificate != server.certificate

    def test_certificates_of_the_operator_are_served_and_followed(self, tmp_path, monkeypatch):
        one, two = own_pair(), own_pair()
        settings = own_settings(tmp_path, *one)
        monkeypatch.setattr(keeping, "get_settings", lambda: settings)
        context = keeping.context()
        assert served_certificate(context, Pair(one[0], one[1]), "gmao.example.org") == one[0]
        own_settings(tmp_path, *two)
        keeping.refresh(settings)
        assert served_certificate(context, Pair(two[0], two[1]), "gmao.example.org") == two[0]


def own_pair(*, days: int = 90, begins_in: int = -1, key: ec.EllipticCurvePrivateKey | None = None):
    """As a company's own authority would issue it; here it vouches for itself."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gmao.example.org")])
    begins = datetime.now(UTC) + timedelta(days=begins_in)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(begins + timedelta(days=days))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("gmao.example.org")]), critical=False)
    return builder.sign(key, hashes.SHA256()), key


def own_settings(folder, certificate, key, *, password: bytes | None = None) -> Settings:
    hidden = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(key.private_bytes(pem, pkcs8, hidden))
    (folder / "cert.pem").write_bytes(certificate.public_bytes(pem))
    return Settings(_env_file=None, data_dir=folder / "data", tls_cert=folder / "cert.pem", tls_key=folder / "key.pem")


class TestOwn:
    def test_is_taken_as_it_is(self, tmp_path):
        settings = own_settings(tmp_path, *own_pair())
        assert ensure(settings).certificate == tmp_path / "cert.pem"
        assert settings.public_url.startswith("https://")
        assert settings.is_cookie_secure
        assert not settings.has_own_authority

    @pytest.mark.parametrize(
        ("spoil", "said"),
        [
            (lambda folder: (folder / "key.pem").unlink(), r"key\.pem cannot be read: No such file or directory"),
            (lambda folder: (folder / "cert.pem").unlink(), r"cert\.pem cannot be read: No such file or directory"),
            (lambda folder: (folder / "cert.pem").write_bytes(b"\x30\x82"), r"cert\.pem holds no certificate in PEM form"),
            (lambda folder: (folder / "key.pem").write_bytes(b""), r"key\.pem holds no private key in PEM form"),
            (lambda folder: own_settings(folder, own_pair()[0], own_pair()[1]), "does not belong to the certificate"),
            (lambda folder: own_settings(folder, own_pair()[0], rsa.generate_private_key(65537, 2048)), "does not belong"),
            (lambda folder: own_settings(folder, *own_pair(begins_in=-91)), "ran out on"),
            (lambda folder: own_settings(folder, *own_pair(begins_in=3)), "is the clock right"),
            (lambda folder: own_settings(folder, *own_pair(), password=b"x"), "locked with a password"),
        ],
    )
    def test_what_is_wrong_is_said_in_a_sentence(self, tmp_path, spoil, said):
        settings = own_settings(tmp_path, *own_pair())
        spoil(tmp_path)
        with pytest.raises(CertificateError, match=said) as told:
            ensure(settings)
        assert "\n" not in str(told.value)

    def test_one_without_the_other_is_refused(self, tmp_path):
        with pytest.raises(CertificateError, match="belong together"):
            ensure(Settings(_env_file=None, data_dir=tmp_path, tls_cert=tmp_path / "cert.pem"))
